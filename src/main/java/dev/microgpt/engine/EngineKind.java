package dev.microgpt.engine;

/// The implementations of the model.
public enum EngineKind {
    /// The fast one, and the default: single precision, explicit gradients, SIMD.
    TENSOR,
    /// The reference, equal to microgptjs to the last digits: double precision, automatic
    /// differentiation number by number.
    SCALAR
}
