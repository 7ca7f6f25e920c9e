package dev.microgpt.engine;

/// How far the two engines agree on a step.
///
/// @param scalarLoss of the reference engine, in nats
/// @param tensorLoss of the fast engine, in nats
/// @param gradientDifference the largest difference of two gradients of a parameter, as a part of the
///     largest gradient
public record EngineAgreement(double scalarLoss, double tensorLoss, double gradientDifference) {}
