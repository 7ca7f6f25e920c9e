package dev.microgpt.engine;

/// The implementations of the model.
public enum EngineKind {
    /// The fast engine, and the default: single precision, explicit gradients, SIMD.
    TENSOR,
    /// The reference engine, which agrees with microgptjs to the last digits: double precision, automatic
    /// differentiation number by number.
    SCALAR
}
