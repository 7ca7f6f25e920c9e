package dev.microgpt.engine.training;

/// How the learning rate changes over the steps, after the warm-up.
public enum ScheduleKind {
    /// Falls in a straight line to the minimum at the last step.
    LINEAR,
    /// Stays.
    CONSTANT,
    /// Falls along half a cosine to the minimum at the last step.
    COSINE
}
