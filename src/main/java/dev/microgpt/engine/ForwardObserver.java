package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;

/// Receives the activations of the reference engine's forward pass as they are computed, position by
/// position.
interface ForwardObserver {

    ForwardObserver NONE = (_, _, _, _) -> {};

    /// Receives one activation at one position.
    ///
    /// @param layer 0 for an activation of the whole model
    /// @param head 0 for an activation that is not of a single head
    /// @param x the values at this position; valid during the call
    void observe(Activation activation, int layer, int head, Value[] x);

    /// Receives an activation of a layer, or of the whole model.
    default void observe(Activation activation, int layer, Value[] x) {
        observe(activation, layer, 0, x);
    }
}
