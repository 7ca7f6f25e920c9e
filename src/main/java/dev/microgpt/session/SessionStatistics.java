package dev.microgpt.session;

import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Totals over all sessions.
///
/// @param byState number of sessions in each state; a state without sessions is missing
/// @param inMemory number of sessions in memory
/// @param bytes estimated memory of these sessions
/// @param stepsPerSecond training steps per second of all sessions together
record SessionStatistics(
        Map<SessionState, Integer> byState, int inMemory, long bytes, double stepsPerSecond) {

    static SessionStatistics of(Iterable<Session> sessions) {
        Map<SessionState, Integer> byState = new EnumMap<>(SessionState.class);
        int inMemory = 0;
        long bytes = 0;
        double stepsPerSecond = 0;
        for (Session session : sessions) {
            SessionView view = session.published().view();
            byState.merge(view.state(), 1, Integer::sum);
            stepsPerSecond += view.stepsPerSecond();
            if (session.actor().publisher().isInMemory()) {
                inMemory++;
                bytes += session.actor().publisher().bytes();
            }
        }
        return new SessionStatistics(
                Collections.unmodifiableMap(byState), inMemory, bytes, stepsPerSecond);
    }
}
