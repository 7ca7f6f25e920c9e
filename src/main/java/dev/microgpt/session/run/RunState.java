package dev.microgpt.session.run;

import java.util.EnumMap;
import java.util.Map;

/// What a run is doing, and what may become of it. The names, in lower case, are part of the interface.
public enum RunState {
    /// It waits for its first slice, or for its next one after a pause.
    QUEUED,
    RUNNING,
    /// It runs, and has been asked to pause.
    PAUSING,
    PAUSED,
    /// It has not ended, and has been asked to end.
    CANCELLING,
    CANCELLED,
    /// It made all its steps, or what it was to stop at came about.
    SUCCEEDED,
    FAILED;

    /// What happens to a run.
    public enum Trigger {
        /// A slice of its steps begins.
        SLICE,
        PAUSE,
        RESUME,
        CANCEL,
        /// There is nothing more to do.
        GOAL,
        /// A step could not be made.
        FAILURE,
        /// The process has been started again, and what ran is to continue.
        RESTART
    }

    /// The whole machine: from a state, by a trigger, to a state. PAUSING and CANCELLING are states that
    /// are shown while a request waits for the slice at hand, and no run is ever in them.
    private static final Map<RunState, Map<Trigger, RunState>> TRANSITIONS = transitions();

    private static Map<RunState, Map<Trigger, RunState>> transitions() {
        Map<RunState, Map<Trigger, RunState>> table = new EnumMap<>(RunState.class);
        table.put(
                QUEUED,
                Map.of(
                        Trigger.SLICE, RUNNING,
                        Trigger.PAUSE, PAUSED,
                        Trigger.RESUME, QUEUED,
                        Trigger.CANCEL, CANCELLED,
                        Trigger.RESTART, QUEUED));
        table.put(
                RUNNING,
                Map.of(
                        Trigger.SLICE, RUNNING,
                        Trigger.PAUSE, PAUSED,
                        Trigger.RESUME, RUNNING,
                        Trigger.CANCEL, CANCELLED,
                        Trigger.GOAL, SUCCEEDED,
                        Trigger.FAILURE, FAILED,
                        Trigger.RESTART, QUEUED));
        table.put(
                PAUSED,
                Map.of(
                        Trigger.PAUSE, PAUSED,
                        Trigger.RESUME, QUEUED,
                        Trigger.CANCEL, CANCELLED,
                        Trigger.RESTART, PAUSED));
        for (RunState end : new RunState[] {CANCELLED, SUCCEEDED, FAILED}) {
            table.put(
                    end,
                    Map.of(
                            Trigger.PAUSE, end,
                            Trigger.RESUME, end,
                            Trigger.CANCEL, end,
                            Trigger.RESTART, end));
        }
        return table;
    }

    /// The state after a trigger; the same one where it changes nothing.
    ///
    /// @throws IllegalStateException if that cannot happen in this state
    public RunState after(Trigger trigger) {
        RunState next = TRANSITIONS.getOrDefault(this, Map.of()).get(trigger);
        if (next == null) {
            throw new IllegalStateException("a run that is " + this + " knows no " + trigger);
        }
        return next;
    }

    /// Whether it will never make another step.
    public boolean isEnd() {
        return this == CANCELLED || this == SUCCEEDED || this == FAILED;
    }

    /// Whether its steps are to be made.
    public boolean isActive() {
        return this == QUEUED || this == RUNNING;
    }
}
