package dev.microgpt.engine;

/// Statistics over all parameters of a model.
///
/// @param mean arithmetic mean
/// @param std root mean square: as in microgptjs, the mean is not subtracted
public record ParamStats(double mean, double std) {}
