package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;

/// Is shown the numbers of the reference engine's forward pass as they are computed, position by
/// position.
interface ForwardObserver {

    ForwardObserver NONE = (_, _, _, _) -> {};

    /// @param layer 0 where it does not matter
    /// @param head 0 where it does not matter
    /// @param x of one position; valid during the call
    void see(Activation what, int layer, int head, Value[] x);

    /// The same for what belongs to a layer, or to the whole model.
    default void see(Activation what, int layer, Value[] x) {
        see(what, layer, 0, x);
    }
}
