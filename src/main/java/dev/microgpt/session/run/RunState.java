package dev.microgpt.session.run;

import java.util.EnumMap;
import java.util.Map;

/// The states of a run and the transitions between them. The names, in lower case, are part of the public
/// API.
public enum RunState {
    /// The run waits for its first slice, or for the first one after a pause or a restart of the process.
    QUEUED,
    /// The run is making steps.
    RUNNING,
    /// The run is running, and a command to pause it is waiting. Only shown, see the transitions.
    PAUSING,
    /// The run is paused.
    PAUSED,
    /// The run has not ended, and a command to cancel it is waiting. Only shown, see the transitions.
    CANCELLING,
    /// The run was cancelled.
    CANCELLED,
    /// The run has made all its steps or has met its stop condition.
    SUCCEEDED,
    /// A step of the run could not be made.
    FAILED;

    /// What can happen to a run.
    public enum Trigger {
        /// A slice of its steps begins.
        SLICE,
        /// A caller pauses the run.
        PAUSE,
        /// A caller resumes the run.
        RESUME,
        /// A caller cancels the run, or the session is replaced.
        CANCEL,
        /// All steps are made, or the stop condition is met.
        GOAL,
        /// A step could not be made.
        FAILURE,
        /// The process was restarted, and active runs continue.
        RESTART
    }

    /// The state machine: for each state, the next state for each trigger that can occur. No run is ever in
    /// PAUSING or CANCELLING: these are shown while a command waits for the end of the current slice.
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

    /// Returns the state after a trigger; the same state if the trigger has no effect.
    ///
    /// @throws IllegalStateException if the trigger cannot occur in this state
    public RunState after(Trigger trigger) {
        RunState next = TRANSITIONS.getOrDefault(this, Map.of()).get(trigger);
        if (next == null) {
            throw new IllegalStateException(
                    "the trigger " + trigger + " cannot occur for a run that is " + this);
        }
        return next;
    }

    /// Returns whether the state is final.
    public boolean isEnd() {
        return this == CANCELLED || this == SUCCEEDED || this == FAILED;
    }

    /// Returns whether the run has steps to make now.
    public boolean isActive() {
        return this == QUEUED || this == RUNNING;
    }
}
