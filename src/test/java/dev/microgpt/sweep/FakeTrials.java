package dev.microgpt.sweep;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Sessions that train only when the test says so. They survive a restart of the driver, as stored sessions do.
final class FakeTrials implements TrialSessions {

    /// A session with its run.
    static final class FakeSession {

        final long epoch;
        TrialState state = TrialState.RUNNING;

        private FakeSession(long epoch) {
            this.epoch = epoch;
        }
    }

    /// Thrown in place of the end of the process.
    static final class Crash extends Error {

        private static final long serialVersionUID = 1;
    }

    final Map<Integer, FakeSession> sessions = new HashMap<>(); // by the numbers of trials
    final Map<Integer, Integer> numCreated = new HashMap<>();
    private long lastEpoch;
    private @Nullable ErrorCode refusal;
    private int callsUntilCrash = Integer.MAX_VALUE;

    /// Sets the error of trials that begin; null for none.
    void refuse(@Nullable ErrorCode code) {
        refusal = code;
    }

    /// Lets the process end after some calls, each of which takes effect.
    void crashAfter(int calls) {
        callsUntilCrash = calls;
    }

    private void call() {
        if (callsUntilCrash-- == 0) {
            callsUntilCrash = Integer.MAX_VALUE;
            throw new Crash();
        }
    }

    FakeSession session(int number) {
        return Objects.requireNonNull(sessions.get(number), "trial " + number);
    }

    /// Ends the run of a trial if it runs.
    void end(int number, TrialState state) {
        FakeSession session = sessions.get(number);
        if (session != null && session.state == TrialState.RUNNING) {
            session.state = state;
        }
    }

    long numRunning() {
        return sessions.values().stream().filter(s -> s.state == TrialState.RUNNING).count();
    }

    @Override
    public TrialStatus begin(Sweep sweep, Trial trial) {
        if (refusal != null) {
            throw new SessionException(refusal, "refused");
        }
        FakeSession session =
                sessions.computeIfAbsent(
                        trial.number(),
                        number -> {
                            numCreated.merge(number, 1, Integer::sum);
                            return new FakeSession(++lastEpoch);
                        });
        call();
        return status(trial, session);
    }

    private static TrialStatus status(Trial trial, FakeSession session) {
        double loss = trial.number();
        boolean isMeasured = session.state == TrialState.COMPLETED;
        return new TrialStatus(
                session.state,
                session.epoch,
                1,
                loss,
                isMeasured ? loss : null,
                isMeasured ? loss : null,
                isMeasured ? 1L : null,
                10,
                null);
    }

    @Override
    public @Nullable TrialStatus findBegun(Sweep sweep, Trial trial) {
        FakeSession session = sessions.get(trial.number());
        return session == null ? null : status(trial, session).with(TrialState.RUNNING, null);
    }

    @Override
    public TrialStatus look(Sweep sweep, Trial trial, TrialStatus known) {
        call();
        FakeSession session = sessions.get(trial.number());
        return session == null || !Objects.equals(session.epoch, known.epoch())
                ? known.with(TrialState.DELETED, "deleted")
                : status(trial, session);
    }

    @Override
    public TrialStatus show(Sweep sweep, Trial trial, TrialStatus known) {
        boolean isGone = known.epoch() != null && !sessions.containsKey(trial.number());
        return isGone ? known.with(TrialState.DELETED, "deleted") : known;
    }

    @Override
    public void forget(TrialStatus known) {
        // the test knows when runs end
    }

    @Override
    public void pause(Sweep sweep, Trial trial, TrialStatus known) {
        change(trial, TrialState.RUNNING, TrialState.PAUSED);
    }

    @Override
    public void resume(Sweep sweep, Trial trial, TrialStatus known) {
        change(trial, TrialState.PAUSED, TrialState.RUNNING);
    }

    @Override
    public void cancel(Sweep sweep, Trial trial, TrialStatus known) {
        change(trial, TrialState.RUNNING, TrialState.CANCELLED);
        change(trial, TrialState.PAUSED, TrialState.CANCELLED);
    }

    private void change(Trial trial, TrialState from, TrialState to) {
        FakeSession session = sessions.get(trial.number());
        if (session != null && session.state == from) {
            session.state = to;
        }
        call();
    }

    @Override
    public void delete(Sweep sweep, Trial trial, TrialStatus known) {
        sessions.remove(trial.number());
        call();
    }
}
