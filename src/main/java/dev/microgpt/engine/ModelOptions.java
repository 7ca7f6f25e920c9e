package dev.microgpt.engine;

import java.util.Locale;

/// The options of a model. All have defaults: `ModelOptions.builder().nEmbd(32).build()`.
///
/// @param seed of the random generator; for MULBERRY32 from -2^31 to 2^32-1, for PYTHON not negative
/// @param nEmbd embedding width C, at least 1
/// @param nHead attention heads H; divides nEmbd
/// @param nLayer layers L, at least 1
/// @param blockSize longest context in tokens, at least 1
/// @param learningRate at the first step; finite, above 0
/// @param numSteps after so many steps the learning rate, falling linearly, is 0
/// @param engine the implementation; TENSOR by default
/// @param random the random generator
/// @param batchSize documents in a step, at least 1; their gradients are averaged
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

    /// The largest integer that JSON readers in JavaScript represent exactly, 2^53 - 1.
    private static final long MAX_STEPS = 9_007_199_254_740_991L;

    /// @throws InvalidInputException if an option is out of its range
    public ModelOptions {
        random.requireSeed(seed);
        requirePositive("nEmbd", nEmbd);
        requirePositive("nHead", nHead);
        requirePositive("nLayer", nLayer);
        requirePositive("blockSize", blockSize);
        requirePositive("batchSize", batchSize);
        InvalidInputException.requireRange("numSteps", numSteps, 1, MAX_STEPS);
        if (nEmbd % nHead != 0) {
            throw InvalidInputException.outOfRange(
                    "nHead",
                    nHead,
                    1,
                    nEmbd,
                    String.format(
                            Locale.ROOT, "nHead must divide nEmbd (%d), but is %d", nEmbd, nHead));
        }
        if (!(learningRate > 0 && Double.isFinite(learningRate))) {
            throw InvalidInputException.outOfRange(
                    "learningRate",
                    learningRate,
                    Double.MIN_VALUE,
                    Double.MAX_VALUE,
                    "learningRate must be finite and above 0, but is " + learningRate);
        }
    }

    private static void requirePositive(String field, int value) {
        InvalidInputException.requireRange(field, value, 1, Integer.MAX_VALUE);
    }

    /// The shape and the seed are those of microgptjs: 16 wide, 4 heads, 1 layer, context 16, seed 42.
    /// The engine is the fast one, TENSOR.
    public static ModelOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// A builder that begins with these options.
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

    /// These options with others of those that may change while a model trains.
    ///
    /// @throws InvalidInputException if one is out of its range
    public ModelOptions withTraining(double newLearningRate, long newNumSteps, int newBatchSize) {
        return toBuilder()
                .learningRate(newLearningRate)
                .numSteps(newNumSteps)
                .batchSize(newBatchSize)
                .build();
    }

    /// The width D of one head.
    public int headDim() {
        return nEmbd / nHead;
    }

    /// The number of parameters of a model with these options.
    ///
    /// @param vocabSize V
    /// @return 2 V C + T C + 12 L C^2, or `Long.MAX_VALUE` where that does not fit
    public long numParams(int vocabSize) {
        long c = nEmbd;
        try {
            long embeddings = Math.multiplyExact(2L * vocabSize + blockSize, c);
            long layer = Math.multiplyExact(12, Math.multiplyExact(c, c));
            return Math.addExact(embeddings, Math.multiplyExact(nLayer, layer));
        } catch (ArithmeticException _) {
            return Long.MAX_VALUE;
        }
    }

    /// Returns the number of parameters of a model that fits arrays.
    int requireNumParams(int vocabSize) {
        long numParams = numParams(vocabSize);
        InvalidInputException.requireRange("numParams", numParams, 1, Integer.MAX_VALUE - 8);
        return (int) numParams;
    }

    /// The learning rate of a step: it falls linearly to 0 at `numSteps` and stays there.
    ///
    /// @param step counted from 0
    public double learningRateAt(long step) {
        return Math.max(0, learningRate * (1 - (double) step / numSteps));
    }

    /// Collects options; what is not set keeps its default.
    public static final class Builder {

        private long seed = 42;
        private int nEmbd = 16;
        private int nHead = 4;
        private int nLayer = 1;
        private int blockSize = 16;
        private double learningRate = 0.01;
        private long numSteps = 1000;
        private EngineKind engine = EngineKind.TENSOR;
        private RandomKind random = RandomKind.MULBERRY32;
        private int batchSize = 1;

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
