package dev.microgpt.engine;

import dev.microgpt.engine.random.PythonRandom;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;

/// The random generators that a model can draw from.
public enum RandomKind {
    /// That of microgptjs.
    MULBERRY32 {
        @Override
        public RandomSource create(long seed) {
            return new SeededRandom(seed);
        }

        @Override
        public RandomSource restore(int[] words) {
            if (words.length != 1) {
                throw new IllegalArgumentException("the state has 1 word, but is " + words.length);
            }
            return new SeededRandom(words[0]);
        }
    },
    /// That of microgpt.py.
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

    /// A new generator.
    ///
    /// @param seed that [#requireSeed] takes
    public abstract RandomSource create(long seed);

    /// A generator that continues from a state.
    ///
    /// @param words as [RandomSource#words()] gives them
    /// @throws IllegalArgumentException if they cannot be such a state
    public abstract RandomSource restore(int[] words);

    /// Checks that words can be a state.
    ///
    /// @throws InvalidInputException if they cannot
    void requireWords(int[] words) {
        try {
            restore(words);
        } catch (IllegalArgumentException e) {
            throw InvalidInputException.outOfRange(
                    "random", null, null, null, String.valueOf(e.getMessage()));
        }
    }

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
