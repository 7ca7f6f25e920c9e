package dev.microgpt.store;

import dev.microgpt.engine.EngineKind;

import java.util.Arrays;

/// The numbers of a model.
///
/// @param params (numParams)
/// @param m first moments of the gradients, (numParams)
/// @param v second moments, (numParams)
record Weights(double[] params, double[] m, double[] v) {

    /// @throws DamagedException if that is not what was written
    static Weights of(byte[] packed, EngineKind engine) {
        double[] all = engine == EngineKind.SCALAR ? Packed.doubles(packed) : Packed.floats(packed);
        int size = all.length / 3;
        return new Weights(
                Arrays.copyOfRange(all, 0, size),
                Arrays.copyOfRange(all, size, 2 * size),
                Arrays.copyOfRange(all, 2 * size, 3 * size));
    }
}
