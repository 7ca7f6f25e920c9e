package dev.microgpt.engine;

/// The implementations of the model.
public enum EngineKind {
    /// The fast one: single precision, explicit gradients, SIMD.
    TENSOR,
    /// The reference: double precision, automatic differentiation number by number.
    SCALAR
}
