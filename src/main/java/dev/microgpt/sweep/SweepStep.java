package dev.microgpt.sweep;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// One step of a sweep: looks at the trials that have begun, brings them into the state that the sweep is to have, and
/// begins waiting ones. May be repeated at any time, also after a crash in the middle of it.
final class SweepStep {

    /// Errors that may pass, after which a trial is tried again.
    private static final Set<ErrorCode> PASSING =
            Set.of(
                    ErrorCode.BUSY,
                    ErrorCode.NO_MEMORY,
                    ErrorCode.QUOTA_EXCEEDED,
                    ErrorCode.STORAGE_FULL,
                    ErrorCode.STORE_UNAVAILABLE,
                    ErrorCode.MOVING);

    private final Supplier<Sweep> current;
    private final TrialSessions sessions;
    private final boolean mayBegin;
    private final boolean mayBeCutOff;
    private final Map<Integer, TrialStatus> changes = new LinkedHashMap<>();
    private @Nullable SessionException obstacle;

    /// @param current returns the sweep as it is now: it may be paused or cancelled at any time
    /// @param mayBegin whether trials may begin
    /// @param mayBeCutOff whether an earlier step may have been cut off, after it had created a session
    SweepStep(
            Supplier<Sweep> current,
            TrialSessions sessions,
            boolean mayBegin,
            boolean mayBeCutOff) {
        this.current = current;
        this.sessions = sessions;
        this.mayBegin = mayBegin;
        this.mayBeCutOff = mayBeCutOff;
    }

    /// Makes the step.
    ///
    /// @return the statuses that have changed, by the numbers of the trials
    Map<Integer, TrialStatus> run() {
        Sweep sweep = current.get();
        int active = 0;
        for (Trial trial : sweep.plan().trials()) {
            active += advance(sweep, trial) ? 1 : 0;
        }
        for (Trial trial : sweep.plan().trials()) {
            if (!mayBegin
                    || obstacle != null
                    || active >= sweep.plan().parallel()
                    || current.get().state() != SweepState.RUNNING) {
                break;
            }
            if (sweep.status(trial).state() == TrialState.WAITING) {
                active += begin(sweep, trial) ? 1 : 0;
            }
        }
        return changes;
    }

    /// Returns why the step was not completed, so that it is to be repeated; null if it was.
    @Nullable SessionException obstacle() {
        return obstacle;
    }

    /// Brings a trial into the state that the sweep is to have.
    ///
    /// @return whether it counts as one that runs
    private boolean advance(Sweep sweep, Trial trial) {
        try {
            TrialStatus known = sweep.status(trial);
            if (known.state() == TrialState.WAITING) {
                known = waiting(sweep, trial);
            }
            return known != null && !known.state().isEnd() && advance(sweep, trial, known);
        } catch (SessionException e) {
            obstacle = e;
            return true;
        }
    }

    /// Returns the status of a waiting trial if it has a session after all, or is not to get one; null if it is to wait.
    private @Nullable TrialStatus waiting(Sweep sweep, Trial trial) {
        boolean isCancelled = sweep.state() == SweepState.CANCELLED;
        boolean isPaused = sweep.state() == SweepState.PAUSED;
        TrialStatus begun =
                isCancelled || (isPaused && mayBeCutOff) ? sessions.findBegun(sweep, trial) : null;
        if (begun == null && isCancelled) {
            note(trial, TrialStatus.WAITING.with(TrialState.CANCELLED, "the sweep was cancelled"));
        }
        return begun;
    }

    private boolean advance(Sweep sweep, Trial trial, TrialStatus known) {
        boolean mayRest = sweep.state() == SweepState.PAUSED && known.state() == TrialState.PAUSED;
        TrialStatus now =
                mayRest // and be evicted
                        ? sessions.show(sweep, trial, known)
                        : sessions.look(sweep, trial, known);
        if (!now.state().isEnd()) {
            now = steer(sweep, trial, known, now);
        }
        if (now.state() != sweep.status(trial).state()) {
            note(trial, now);
        }
        return !now.state().isEnd();
    }

    /// Pauses, resumes or cancels the run of a trial that has not ended. One that somebody has paused stays so, and
    /// counts as running; the stored state `PAUSED` means that the sweep has paused it.
    private TrialStatus steer(Sweep sweep, Trial trial, TrialStatus known, TrialStatus now) {
        return switch (sweep.state()) {
            case RUNNING, COMPLETED -> {
                if (known.state() == TrialState.PAUSED) {
                    sessions.resume(sweep, trial, known);
                }
                yield now.with(TrialState.RUNNING, null);
            }
            case PAUSED -> {
                if (known.state() != TrialState.PAUSED) {
                    sessions.pause(sweep, trial, known);
                }
                yield now.with(TrialState.PAUSED, null);
            }
            case CANCELLED -> {
                sessions.cancel(sweep, trial, known);
                yield sessions.look(sweep, trial, known);
            }
        };
    }

    /// Begins a trial.
    ///
    /// @return whether it runs
    private boolean begin(Sweep sweep, Trial trial) {
        try {
            TrialStatus status = sessions.begin(sweep, trial);
            note(trial, status);
            return !status.state().isEnd();
        } catch (SessionException e) {
            if (PASSING.contains(e.code())) {
                obstacle = e;
            } else {
                fail(sweep, trial, e);
            }
        } catch (InvalidInputException e) {
            fail(sweep, trial, e);
        }
        return false;
    }

    private void fail(Sweep sweep, Trial trial, RuntimeException e) {
        note(trial, sweep.status(trial).with(TrialState.FAILED, String.valueOf(e.getMessage())));
    }

    private void note(Trial trial, TrialStatus status) {
        changes.put(trial.number(), status);
    }
}
