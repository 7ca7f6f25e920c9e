package dev.microgpt.engine;

/// The options that determine how a model of a given shape is initialised and trained. See
/// [ModelOptions] for their meaning.
record TrainingOptions(
        long seed, RandomKind random, double learningRate, long numSteps, int batchSize) {

    /// The largest integer that JSON readers in JavaScript represent exactly, 2^53 - 1.
    private static final long MAX_STEPS = 9_007_199_254_740_991L;

    /// @throws InvalidInputException if a value is out of its range
    TrainingOptions {
        random.requireSeed(seed);
        InvalidInputException.requirePositive("batchSize", batchSize);
        InvalidInputException.requireRange("numSteps", numSteps, 1, MAX_STEPS);
        if (!(learningRate > 0 && Double.isFinite(learningRate))) {
            throw InvalidInputException.outOfRange(
                    "learningRate",
                    learningRate,
                    Double.MIN_VALUE,
                    Double.MAX_VALUE,
                    "learningRate must be finite and above 0, but is " + learningRate);
        }
    }

    /// Returns the learning rate of a step: it falls linearly to 0 at `numSteps` and stays there.
    ///
    /// @param step counted from 0
    double learningRateAt(long step) {
        return Math.max(0, learningRate * (1 - (double) step / numSteps));
    }
}
