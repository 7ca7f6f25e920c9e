package dev.microgpt.engine;

/// The options of a model: its shape, and how it is initialised and trained. All options have defaults:
/// `ModelOptions.builder().nEmbd(32).build()`. [ModelOption] describes each with its default and range.
///
/// @param seed seed of the random generator: -2^31 to 2^32 - 1 for MULBERRY32, not negative for PYTHON;
///     default 42
/// @param nEmbd embedding width C, at least 1; default 16
/// @param nHead attention heads H, at least 1; divides nEmbd; default 4
/// @param nLayer layers L, at least 1; default 1
/// @param blockSize longest context in tokens, at least 1; default 16
/// @param learningRate learning rate at the first step, finite and above 0; default 0.01
/// @param numSteps number of steps, 1 to 2^53 - 1, over which the learning rate falls linearly to 0;
///     default 1000
/// @param engine the implementation; default TENSOR
/// @param random the kind of random generator; default MULBERRY32
/// @param batchSize documents per step, at least 1; their gradients are averaged; default 1
public record ModelOptions(
        long seed,
        int nEmbd,
        int nHead,
        int nLayer,
        int blockSize,
        double learningRate,
        long numSteps,
        EngineKind engine,
        RandomKind random,
        int batchSize) {

    /// @throws InvalidInputException if an option is out of its range
    public ModelOptions {
        // The constructors of both check the values.
        new TrainingOptions(seed, random, learningRate, numSteps, batchSize);
        new ModelShape(nEmbd, nHead, nLayer, blockSize, 1);
    }

    /// Returns the shape of a model with these options.
    ///
    /// @param vocabSize V
    ModelShape shape(int vocabSize) {
        return new ModelShape(nEmbd, nHead, nLayer, blockSize, vocabSize);
    }

    /// Returns the options that determine how a model is initialised and trained.
    TrainingOptions training() {
        return new TrainingOptions(seed, random, learningRate, numSteps, batchSize);
    }

    /// Returns the default options. Shape and seed are those of microgptjs: width 16, 4 heads, 1 layer,
    /// context 16, seed 42. The engine is the fast one, TENSOR.
    public static ModelOptions defaults() {
        return builder().build();
    }

    /// Returns a builder that starts from the default options.
    public static Builder builder() {
        return new Builder();
    }

    /// Returns a builder that starts from these options.
    Builder toBuilder() {
        return builder()
                .seed(seed)
                .nEmbd(nEmbd)
                .nHead(nHead)
                .nLayer(nLayer)
                .blockSize(blockSize)
                .learningRate(learningRate)
                .numSteps(numSteps)
                .engine(engine)
                .random(random)
                .batchSize(batchSize);
    }

    /// Returns a copy with other values for the options that may change while a model trains.
    ///
    /// @throws InvalidInputException if one is out of its range
    public ModelOptions withTraining(double newLearningRate, long newNumSteps, int newBatchSize) {
        return toBuilder()
                .learningRate(newLearningRate)
                .numSteps(newNumSteps)
                .batchSize(newBatchSize)
                .build();
    }

    /// Returns the width D of one head.
    public int headDim() {
        return nEmbd / nHead;
    }

    /// Returns the number of parameters of a model with these options.
    ///
    /// @param vocabSize V
    /// @return 2 V C + T C + 12 L C^2, or `Long.MAX_VALUE` if that overflows
    public long numParams(int vocabSize) {
        return shape(vocabSize).numParams();
    }

    /// Returns the number of parameters of a model with these options.
    ///
    /// @param vocabSize V
    /// @throws InvalidInputException if there are more parameters than an array can hold
    int requireNumParams(int vocabSize) {
        return shape(vocabSize).requireNumParams();
    }

    /// Returns the learning rate of a step: it falls linearly to 0 at `numSteps` and stays there.
    ///
    /// @param stepsBefore number of steps before that one
    public double learningRateAt(long stepsBefore) {
        return training().learningRateAt(stepsBefore);
    }

    /// Builds [ModelOptions]. Options that are not set keep their defaults.
    public static final class Builder {

        private long seed = ModelOption.SEED.defaultValue();
        private int nEmbd = ModelOption.N_EMBD.defaultInt();
        private int nHead = ModelOption.N_HEAD.defaultInt();
        private int nLayer = ModelOption.N_LAYER.defaultInt();
        private int blockSize = ModelOption.BLOCK_SIZE.defaultInt();
        private double learningRate = ModelOption.LEARNING_RATE.defaultValue();
        private long numSteps = ModelOption.NUM_STEPS.defaultValue();
        private EngineKind engine = ModelOption.ENGINE.defaultValue();
        private RandomKind random = ModelOption.RANDOM.defaultValue();
        private int batchSize = ModelOption.BATCH_SIZE.defaultInt();

        private Builder() {}

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder nEmbd(int nEmbd) {
            this.nEmbd = nEmbd;
            return this;
        }

        public Builder nHead(int nHead) {
            this.nHead = nHead;
            return this;
        }

        public Builder nLayer(int nLayer) {
            this.nLayer = nLayer;
            return this;
        }

        public Builder blockSize(int blockSize) {
            this.blockSize = blockSize;
            return this;
        }

        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        public Builder numSteps(long numSteps) {
            this.numSteps = numSteps;
            return this;
        }

        public Builder engine(EngineKind engine) {
            this.engine = engine;
            return this;
        }

        public Builder random(RandomKind random) {
            this.random = random;
            return this;
        }

        public Builder batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /// Returns the options.
        ///
        /// @throws InvalidInputException if an option is out of its range
        public ModelOptions build() {
            return new ModelOptions(
                    seed,
                    nEmbd,
                    nHead,
                    nLayer,
                    blockSize,
                    learningRate,
                    numSteps,
                    engine,
                    random,
                    batchSize);
        }
    }
}
