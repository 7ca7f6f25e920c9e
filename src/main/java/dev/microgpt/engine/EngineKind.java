package dev.microgpt.engine;

/// The implementations of the model.
public enum EngineKind {
    /// The reference: double precision, automatic differentiation number by number.
    SCALAR
}
