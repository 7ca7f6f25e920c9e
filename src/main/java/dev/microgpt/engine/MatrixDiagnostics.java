package dev.microgpt.engine;

/// How one parameter matrix fared in a training step. A norm is the L2 norm of all elements,
/// ||W|| = sqrt(sum of w_ij^2).
///
/// @param name as [Matrix#name()]
/// @param gradientNorm ||G||, where G is the gradient that the optimiser got: of the mean loss of the
///     batch
/// @param weightNorm ||W'||, where W' are the parameters after the update
/// @param updateRatio ||W' - W|| / ||W||, where W are the parameters before the update; 0 where all
///     of these are 0. About 1e-3 is usual; much less learns slowly, much more may be unstable
public record MatrixDiagnostics(
        String name, double gradientNorm, double weightNorm, double updateRatio) {}
