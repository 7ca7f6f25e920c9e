package dev.microgpt.engine;

import dev.microgpt.engine.random.PythonRandom;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;

/// The kinds of random generators that a model can draw from.
public enum RandomKind {
    /// The generator of microgptjs, see [SeededRandom].
    MULBERRY32 {
        @Override
        public RandomSource create(long seed) {
            return new SeededRandom(seed);
        }

        @Override
        public RandomSource restore(int[] words) {
            if (words.length != 1) {
                throw new IllegalArgumentException(
                        "the state must have 1 word, but has " + words.length);
            }
            return new SeededRandom(words[0]);
        }
    },
    /// The generator of microgpt.py, see [PythonRandom].
    PYTHON {
        @Override
        public RandomSource create(long seed) {
            return new PythonRandom(seed);
        }

        @Override
        public RandomSource restore(int[] words) {
            return new PythonRandom(words);
        }
    };

    /// Returns a new generator.
    ///
    /// @param seed a seed that [#requireSeed] accepts
    public abstract RandomSource create(long seed);

    /// Returns a generator that continues from a saved state.
    ///
    /// @param words the state as returned by [RandomSource#words()]
    /// @throws IllegalArgumentException if the words are not a state of this kind
    public abstract RandomSource restore(int[] words);

    /// Checks that words are a state of this kind.
    ///
    /// @throws InvalidInputException if they are not
    void requireWords(int[] words) {
        try {
            restore(words);
        } catch (IllegalArgumentException e) {
            throw InvalidInputException.outOfRange(
                    "random", null, null, null, String.valueOf(e.getMessage()));
        }
    }

    /// Returns the smallest seed: -2^31 for MULBERRY32, 0 for PYTHON.
    public long minSeed() {
        return switch (this) {
            case MULBERRY32 -> Integer.MIN_VALUE;
            case PYTHON -> 0;
        };
    }

    /// Returns the largest seed: 2^32 - 1 for MULBERRY32, 2^63 - 1 for PYTHON.
    public long maxSeed() {
        return switch (this) {
            case MULBERRY32 -> 0xffff_ffffL;
            case PYTHON -> Long.MAX_VALUE;
        };
    }

    /// Checks that a seed is in the range of this kind.
    ///
    /// @throws InvalidInputException if it is not
    public void requireSeed(long seed) {
        InvalidInputException.requireRange(ModelOption.SEED.name(), seed, minSeed(), maxSeed());
    }
}
