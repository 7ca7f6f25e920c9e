package dev.microgpt.engine;

/// What there is to see of each parameter.
public enum ParameterKind {
    /// The parameter itself.
    WEIGHT,
    /// The gradient of the loss of the batch that comes next, at these parameters.
    GRADIENT,
    /// Adam's first moment: the running mean of the gradients.
    M,
    /// Adam's second moment: the running mean of their squares.
    V
}
