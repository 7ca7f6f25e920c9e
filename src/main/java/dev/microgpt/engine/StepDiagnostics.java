package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Diagnostics of one training step: norms of each parameter matrix, and dead units of each layer.
///
/// @param matrices one entry per parameter matrix, in the order of [Matrix#of]
/// @param deadUnits for each layer the share, 0 to 1, of the hidden units of its MLP whose activation has no positive input
///     at any trained position of any document of the batch, (L). With a ReLU, the gradients of their weights are 0 in
///     this step; only the optimiser's moments from earlier steps still change them
/// @param gradientScale the factor by which the gradient of all parameters was shortened; null if it was not
/// @param clippedShare the share of the last steps, at most 1,000, whose gradient was shortened, 0 to 1; null without
///     gradientClip
public record StepDiagnostics(
        List<MatrixDiagnostics> matrices,
        double[] deadUnits,
        @Nullable Double gradientScale,
        @Nullable Double clippedShare) {}
