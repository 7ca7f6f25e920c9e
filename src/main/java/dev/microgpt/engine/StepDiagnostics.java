package dev.microgpt.engine;

import java.util.List;

/// The health of training, as one step shows it.
///
/// @param matrices one entry a parameter matrix, in the order of [Matrix#of], (3 + 6 L)
/// @param deadUnits for each layer the share, 0 to 1, of the 4 C hidden units of its MLP whose ReLU
///     gives 0 at every trained position of every document of the batch, (L). Nothing of the step
///     reached their weights but what the optimiser remembers of earlier ones
public record StepDiagnostics(List<MatrixDiagnostics> matrices, double[] deadUnits) {}
