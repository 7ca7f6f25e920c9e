package dev.microgpt.session.query;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The values of probes over time.
///
/// @param steps the steps of the keyframes, oldest first; the last may be the present step
/// @param values one list per probe with a value for each step; null if the numbers of the model are not finite
/// @param documents for each probe, the same measure of the documents, to compare with; null if there is none
public record ProbeCurves(
        List<Long> steps, List<List<@Nullable Double>> values, List<@Nullable Double> documents) {}
