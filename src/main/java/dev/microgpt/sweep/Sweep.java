package dev.microgpt.sweep;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A sweep at one moment.
///
/// @param id unique among all sweeps, also those that were deleted
/// @param owner the caller that has created it
/// @param createdAt in whole milliseconds
/// @param state whether trials are to run; once it is cancelled, trials may take a moment to end
/// @param endedAt when its last trial ended; null before
/// @param statuses how far each trial of the plan has come, in the same order
public record Sweep(
        long id,
        Caller owner,
        Instant createdAt,
        SweepPlan plan,
        SweepState state,
        @Nullable Instant endedAt,
        List<TrialStatus> statuses) {

    /// A sweep of which no trial has begun.
    static Sweep begin(long id, Caller owner, Instant createdAt, SweepPlan plan) {
        List<TrialStatus> waiting = plan.trials().stream().map(_ -> TrialStatus.WAITING).toList();
        return new Sweep(id, owner, createdAt, plan, SweepState.RUNNING, null, waiting);
    }

    public String name() {
        return plan.name();
    }

    /// Returns the session id that decides which process advances the sweep: that of its first trial. All its sessions
    /// are in the same partition.
    public SessionId home() {
        return home(owner, name());
    }

    /// Returns the home of the sweep with a name.
    public static SessionId home(Caller owner, String name) {
        return owner.sessionId(SweepPlan.sessionName(name, 1, 1));
    }

    /// Returns whether nothing is left to be done for it.
    public boolean hasEnded() {
        return endedAt != null;
    }

    /// Returns the status of a trial.
    TrialStatus status(Trial trial) {
        return statuses.get(trial.number() - 1);
    }

    /// Returns the number of trials in a state.
    public int count(TrialState wanted) {
        return (int) statuses.stream().filter(status -> status.state() == wanted).count();
    }

    Sweep withState(SweepState next) {
        return new Sweep(id, owner, createdAt, plan, next, endedAt, statuses);
    }

    /// Returns the statuses of running trials as if the sweep had paused them, by the numbers of the trials.
    Map<Integer, TrialStatus> runningAsPaused() {
        Map<Integer, TrialStatus> paused = new TreeMap<>();
        for (Trial trial : plan.trials()) {
            TrialStatus status = status(trial);
            if (status.state() == TrialState.RUNNING) {
                paused.put(trial.number(), status.with(TrialState.PAUSED, null));
            }
        }
        return paused;
    }

    /// Returns this sweep with its trials, which it does not have yet.
    public Sweep withTrials(List<Trial> trials, List<TrialStatus> known) {
        return new Sweep(
                id, owner, createdAt, plan.withTrials(trials), state, endedAt, List.copyOf(known));
    }

    /// Returns this sweep with other statuses of its trials to be shown.
    ///
    /// @param now by the numbers of the trials
    Sweep showing(Map<Integer, TrialStatus> now) {
        return new Sweep(
                id,
                owner,
                createdAt,
                plan,
                state,
                endedAt,
                List.copyOf(new TreeMap<>(now).values()));
    }

    /// Returns this sweep with other statuses of some trials. It ends when all trials have.
    ///
    /// @param changes by the numbers of the trials
    Sweep with(Map<Integer, TrialStatus> changes, Instant now) {
        if (changes.isEmpty()) {
            return this;
        }
        List<TrialStatus> next = new ArrayList<>(statuses);
        changes.forEach((number, status) -> next.set(number - 1, status));
        if (!next.stream().allMatch(status -> status.state().isEnd())) {
            return new Sweep(id, owner, createdAt, plan, state, null, List.copyOf(next));
        }
        SweepState end =
                state == SweepState.CANCELLED ? SweepState.CANCELLED : SweepState.COMPLETED;
        return new Sweep(id, owner, createdAt, plan, end, now, List.copyOf(next));
    }
}
