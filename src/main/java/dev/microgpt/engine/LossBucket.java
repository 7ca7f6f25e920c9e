package dev.microgpt.engine;

/// The losses of a range of steps, in short.
///
/// @param from first step, counted from 1
/// @param to last step, included
/// @param min smallest loss
/// @param mean arithmetic mean
/// @param max largest loss
/// @param first loss of step `from`
/// @param last loss of step `to`
public record LossBucket(
        long from, long to, double min, double mean, double max, double first, double last) {}
