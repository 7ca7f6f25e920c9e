package dev.microgpt.store;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelState;

import java.util.Arrays;

/// The parameters of a model and the moments of their gradients, as they are packed.
///
/// @param params (numParams)
/// @param m first moments of the gradients, (numParams)
/// @param v second moments, (numParams)
record PackedWeights(double[] params, double[] m, double[] v) {

    /// In the precision of the engine: nothing is rounded.
    ///
    /// @throws IllegalArgumentException if a model could not be made of them again
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
                        "v has a number below 0 and is not written: " + square);
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
        FiniteCheck.requireAll("a number of " + name, numbers);
        if (engine == EngineKind.SCALAR) {
            return;
        }
        for (double number : numbers) {
            if ((float) number != number) {
                throw new IllegalArgumentException(
                        "%s has a number that is no float and is not written: %s"
                                .formatted(name, number));
            }
        }
    }

    /// @throws DamagedException if that is not what was written
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
