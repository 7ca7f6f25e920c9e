package dev.microgpt.engine;

import java.util.List;

/// Diagnostics of one training step: norms of each parameter matrix, and dead units of each layer.
///
/// @param matrices one entry per parameter matrix, in the order of [Matrix#of], (3 + 6 L)
/// @param deadUnits for each layer the share, 0 to 1, of the 4 C hidden units of its MLP whose ReLU is 0 at
///     every trained position of every document of the batch, (L). The gradients of their weights are 0 in
///     this step; only the optimiser's moments from earlier steps still change them
public record StepDiagnostics(List<MatrixDiagnostics> matrices, double[] deadUnits) {}
