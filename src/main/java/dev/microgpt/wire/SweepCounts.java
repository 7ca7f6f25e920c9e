package dev.microgpt.wire;

/// The number of trials of a sweep in each state.
public record SweepCounts(
        int waiting,
        int running,
        int paused,
        int completed,
        int failed,
        int cancelled,
        int deleted) {}
