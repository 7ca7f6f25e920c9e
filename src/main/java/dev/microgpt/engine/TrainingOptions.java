package dev.microgpt.engine;

/// The options that determine how a model of a given shape is initialised and trained. See
/// [ModelOptions] for their meaning.
record TrainingOptions(
        long seed, RandomKind random, double learningRate, long numSteps, int batchSize) {

    /// @throws InvalidInputException if a value is out of its range
    TrainingOptions {
        random.requireSeed(seed);
        ModelOption.BATCH_SIZE.require(batchSize);
        ModelOption.NUM_STEPS.require(numSteps);
        ModelOption.LEARNING_RATE.require(learningRate);
    }

    /// Returns the learning rate of a step: it falls linearly to 0 at `numSteps` and stays there.
    ///
    /// @param stepsBefore number of steps before that one
    double learningRateAt(long stepsBefore) {
        return Math.max(0, learningRate * (1 - (double) stepsBefore / numSteps));
    }
}
