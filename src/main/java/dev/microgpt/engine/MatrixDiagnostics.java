package dev.microgpt.engine;

/// The norms of one parameter matrix in a training step. A norm is the L2 norm of all elements,
/// ||W|| = sqrt(sum of w_ij^2).
///
/// @param name see [Matrix#name()]
/// @param gradientNorm ||G||, where G is the gradient of the batch's mean loss, as given to the optimiser
/// @param weightNorm ||W'||, where W' are the parameters after the update
/// @param updateRatio ||W' - W|| / ||W||, where W are the parameters before the update; 0 if all of these
///     are 0. About 1e-3 is usual; much less learns slowly, much more may be unstable
public record MatrixDiagnostics(
        String name, double gradientNorm, double weightNorm, double updateRatio) {}
