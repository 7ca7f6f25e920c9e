package dev.microgpt.wire;

import dev.microgpt.sweep.TrialState;

import java.util.function.ToIntFunction;

/// The number of trials of a sweep in each state.
public record SweepCounts(
        int waiting,
        int running,
        int paused,
        int completed,
        int failed,
        int cancelled,
        int deleted) {

    /// @param count returns the number of trials in a state
    static SweepCounts of(ToIntFunction<TrialState> count) {
        return new SweepCounts(
                count.applyAsInt(TrialState.WAITING),
                count.applyAsInt(TrialState.RUNNING),
                count.applyAsInt(TrialState.PAUSED),
                count.applyAsInt(TrialState.COMPLETED),
                count.applyAsInt(TrialState.FAILED),
                count.applyAsInt(TrialState.CANCELLED),
                count.applyAsInt(TrialState.DELETED));
    }
}
