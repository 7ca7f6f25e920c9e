package dev.microgpt.engine;

/// How closely the two engines agree on a training step.
///
/// @param scalarLoss loss of the reference engine, in nats
/// @param tensorLoss loss of the tensor engine, in nats
/// @param gradientDifference the largest absolute difference between the engines' gradients of a parameter,
///     divided by the largest magnitude of a gradient
public record EngineAgreement(double scalarLoss, double tensorLoss, double gradientDifference) {}
