package dev.microgpt.engine;

import dev.microgpt.engine.random.PythonRandom;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;

/// The random generators that a model can draw from.
public enum RandomKind {
    /// That of microgptjs.
    MULBERRY32 {
        @Override
        RandomSource create(long seed) {
            return new SeededRandom(seed);
        }
    },
    /// That of microgpt.py.
    PYTHON {
        @Override
        RandomSource create(long seed) {
            return new PythonRandom(seed);
        }
    };

    abstract RandomSource create(long seed);

    /// Checks that this generator takes the seed.
    ///
    /// @throws InvalidInputException if it does not
    public void requireSeed(long seed) {
        switch (this) {
            case MULBERRY32 ->
                    InvalidInputException.requireRange(
                            "seed", seed, Integer.MIN_VALUE, 0xffff_ffffL);
            case PYTHON -> InvalidInputException.requireRange("seed", seed, 0, Long.MAX_VALUE);
        }
    }
}
