package dev.microgpt.engine;

/// A summary of the losses of a range of steps, in nats.
///
/// @param from first step, counted from 1
/// @param to last step, inclusive
/// @param min smallest loss
/// @param mean arithmetic mean
/// @param max largest loss
/// @param first loss of step `from`
/// @param last loss of step `to`
public record LossBucket(
        long from, long to, double min, double mean, double max, double first, double last) {}
