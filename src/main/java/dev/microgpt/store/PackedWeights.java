package dev.microgpt.store;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelState;

import java.util.Arrays;

/// Encodes the parameters of a model and the moments of their gradients, and decodes them.
///
/// @param params (numParams)
/// @param m first moments of the gradients, (numParams)
/// @param v second moments of the gradients, (numParams)
record PackedWeights(double[] params, double[] m, double[] v) {

    /// Encodes the numbers in the engine's precision, without rounding.
    ///
    /// @throws IllegalArgumentException if a model could not be restored from them
    static byte[] pack(ModelState state) {
        return new PackedWeights(state.params(), state.m(), state.v())
                .pack(state.options().engine());
    }

    byte[] pack(EngineKind engine) {
        requireUsable("params", params, engine);
        requireUsable("m", m, engine);
        requireUsable("v", v, engine);
        for (double square : v) {
            if (square < 0) {
                throw new IllegalArgumentException(
                        "v must be at least 0 to be stored, but has " + square);
            }
        }
        return switch (engine) {
            case SCALAR -> PackedNumbers.ofDoubles(params, m, v);
            case TENSOR -> PackedNumbers.ofFloats(params, m, v);
        };
    }

    private void requireUsable(String name, double[] numbers, EngineKind engine) {
        if (numbers.length != params.length) {
            throw new IllegalArgumentException(
                    "%s has %d numbers, but there are %d parameters"
                            .formatted(name, numbers.length, params.length));
        }
        FiniteCheck.requireAll("every number of " + name, numbers);
        if (engine == EngineKind.SCALAR) {
            return;
        }
        for (double number : numbers) {
            if ((float) number != number) {
                throw new IllegalArgumentException(
                        "every number of %s must be a float to be stored, but one is %s"
                                .formatted(name, number));
            }
        }
    }

    /// Decodes the numbers.
    ///
    /// @throws DamagedException if the checksum does not match
    static PackedWeights unpack(byte[] packed, EngineKind engine) {
        double[] all =
                switch (engine) {
                    case SCALAR -> PackedNumbers.doubles(packed);
                    case TENSOR -> PackedNumbers.floats(packed);
                };
        int size = all.length / 3;
        return new PackedWeights(
                Arrays.copyOfRange(all, 0, size),
                Arrays.copyOfRange(all, size, 2 * size),
                Arrays.copyOfRange(all, 2 * size, 3 * size));
    }
}
