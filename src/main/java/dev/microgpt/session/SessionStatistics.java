package dev.microgpt.session;

import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// All sessions at a glance.
///
/// @param byState how many are in each state; those in no session are missing
/// @param inMemory how many are in memory
/// @param bytes the memory that they take, about
/// @param stepsPerSecond of all that are training
record SessionStatistics(
        Map<SessionState, Integer> byState, int inMemory, long bytes, double stepsPerSecond) {

    static SessionStatistics of(Iterable<Session> sessions) {
        Map<SessionState, Integer> byState = new EnumMap<>(SessionState.class);
        int inMemory = 0;
        long bytes = 0;
        double stepsPerSecond = 0;
        for (Session session : sessions) {
            SessionView view = session.snapshot().view();
            byState.merge(view.state(), 1, Integer::sum);
            stepsPerSecond += view.stepsPerSecond();
            if (session.actor().published().isInMemory()) {
                inMemory++;
                bytes += session.actor().published().bytes();
            }
        }
        return new SessionStatistics(
                Collections.unmodifiableMap(byState), inMemory, bytes, stepsPerSecond);
    }
}
