package dev.microgpt.engine;

/// The numbers that can be read for each parameter.
public enum ParameterKind {
    /// The parameter itself.
    WEIGHT,
    /// The gradient of the next batch's loss with respect to the parameter.
    GRADIENT,
    /// Adam's first moment: the running mean of the gradients.
    M,
    /// Adam's second moment: the running mean of the squared gradients.
    V
}
