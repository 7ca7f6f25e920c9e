package dev.microgpt.engine;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.engine.training.Dropout;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;
import dev.microgpt.engine.training.StepSettings;

/// The options of a model: its shape, and how it is initialised and trained. All options have defaults:
/// `ModelOptions.builder().nEmbd(32).build()`. [ModelOption] describes each with its default and range.
///
/// @param seed seed of the random generator: -2^31 to 2^32 - 1 for MULBERRY32, not negative for PYTHON;
///     default 42
/// @param nEmbd embedding width C, at least 1; default 16
/// @param nHead attention heads H, at least 1; divides nEmbd; default 4
/// @param nLayer layers L, at least 1; default 1
/// @param blockSize longest context in tokens, at least 1; default 16
/// @param learningRate the highest learning rate, finite and above 0; default 0.01
/// @param numSteps number of steps, 1 to 2^53 - 1, over which the learning rate falls; default 1000
/// @param engine the implementation; default TENSOR
/// @param random the kind of random generator; default MULBERRY32
/// @param batchSize documents per step, at least 1; their gradients are averaged; default 1
/// @param architecture what the model is built of; default that of microgpt
/// @param optimization how the parameters are updated
/// @param heldOut which documents are held out from training
/// @param tokenization how documents are split into tokens
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
        int batchSize,
        Architecture architecture,
        Optimization optimization,
        HeldOut heldOut,
        Tokenization tokenization) {

    /// @throws InvalidInputException if an option is out of its range
    public ModelOptions {
        random.requireSeed(seed);
        ModelOption.BATCH_SIZE.require(batchSize);
        ModelOption.NUM_STEPS.require(numSteps);
        ModelOption.LEARNING_RATE.require(learningRate);
        requireMinimum(optimization.minLearningRate(), learningRate);
        new ModelShape(nEmbd, nHead, nLayer, blockSize, 1, architecture); // checks the values
    }

    private static void requireMinimum(double minLearningRate, double learningRate) {
        if (minLearningRate > learningRate) {
            throw InvalidInputException.outOfRange(
                    ModelOption.MIN_LEARNING_RATE.name(),
                    minLearningRate,
                    0,
                    learningRate,
                    "minLearningRate must be at most learningRate ("
                            + learningRate
                            + "), but is "
                            + minLearningRate);
        }
    }

    /// Returns the shape of a model with these options.
    ///
    /// @param vocabSize V
    ModelShape shape(int vocabSize) {
        return new ModelShape(nEmbd, nHead, nLayer, blockSize, vocabSize, architecture);
    }

    /// Returns what determines a training step besides the state of the model.
    ///
    /// @param step number of steps before that one
    StepSettings settings(long step) {
        double clip = optimization.gradientClip();
        double dropout = optimization.dropout();
        return new StepSettings(
                step,
                learningRateAt(step),
                optimization.rule(),
                clip == 0 ? Double.POSITIVE_INFINITY : clip,
                dropout == 0 ? Dropout.NONE : new Dropout(dropout, seed),
                optimization.labelSmoothing());
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
        Builder builder = builder();
        ModelOption.ALL.forEach(option -> option.write(builder, option.read(this)));
        return builder;
    }

    /// Returns the width D of one head.
    public int headDim() {
        return nEmbd / nHead;
    }

    /// Returns the number of parameters of a model with these options.
    ///
    /// @param vocabSize V
    /// @return by default 2 V C + T C + 12 L C^2; `Long.MAX_VALUE` if it is larger than that
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

    /// Returns the learning rate of a step. By default it falls linearly to 0 at `numSteps` and stays there.
    ///
    /// @param stepsBefore number of steps before that one
    public double learningRateAt(long stepsBefore) {
        return optimization.learningRateAt(learningRate, numSteps, stepsBefore);
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
        private NormKind norm = ModelOption.NORM.defaultValue();
        private boolean normGain = ModelOption.NORM_GAIN.defaultValue();
        private boolean normBias = ModelOption.NORM_BIAS.defaultValue();
        private boolean embeddingNorm = ModelOption.EMBEDDING_NORM.defaultValue();
        private boolean finalNorm = ModelOption.FINAL_NORM.defaultValue();
        private boolean qkNorm = ModelOption.QK_NORM.defaultValue();
        private ActivationKind activation = ModelOption.ACTIVATION.defaultValue();
        private double mlpRatio = ModelOption.MLP_RATIO.defaultValue();
        private PositionKind position = ModelOption.POSITION.defaultValue();
        private boolean tied = ModelOption.TIED.defaultValue();
        private boolean biases = ModelOption.BIASES.defaultValue();
        private int kvHeads = ModelOption.KV_HEADS.defaultInt();
        private OptimizerKind optimizer = ModelOption.OPTIMIZER.defaultValue();
        private double beta1 = ModelOption.BETA1.defaultValue();
        private double beta2 = ModelOption.BETA2.defaultValue();
        private double epsilon = ModelOption.EPSILON.defaultValue();
        private double weightDecay = ModelOption.WEIGHT_DECAY.defaultValue();
        private double momentum = ModelOption.MOMENTUM.defaultValue();
        private ScheduleKind schedule = ModelOption.SCHEDULE.defaultValue();
        private long warmupSteps = ModelOption.WARMUP_STEPS.defaultValue();
        private double minLearningRate = ModelOption.MIN_LEARNING_RATE.defaultValue();
        private double gradientClip = ModelOption.GRADIENT_CLIP.defaultValue();
        private double dropout = ModelOption.DROPOUT.defaultValue();
        private double labelSmoothing = ModelOption.LABEL_SMOOTHING.defaultValue();
        private double validation = ModelOption.VALIDATION.defaultValue();
        private long validateEvery = ModelOption.VALIDATE_EVERY.defaultValue();
        private TokenizerKind tokenizer = ModelOption.TOKENIZER.defaultValue();
        private int vocabSize = ModelOption.VOCAB_SIZE.defaultInt();

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

        /// Sets all options of the architecture. Those that are set later override it.
        public Builder preset(Preset preset) {
            return architecture(preset.architecture());
        }

        /// Sets all options of the architecture. Those that are set later override it.
        public Builder architecture(Architecture architecture) {
            norm = architecture.norm();
            normGain = architecture.normGain();
            normBias = architecture.normBias();
            embeddingNorm = architecture.embeddingNorm();
            finalNorm = architecture.finalNorm();
            qkNorm = architecture.qkNorm();
            activation = architecture.activation();
            mlpRatio = architecture.mlpRatio();
            position = architecture.position();
            tied = architecture.tied();
            biases = architecture.biases();
            kvHeads = architecture.kvHeads();
            return this;
        }

        public Builder norm(NormKind norm) {
            this.norm = norm;
            return this;
        }

        public Builder normGain(boolean normGain) {
            this.normGain = normGain;
            return this;
        }

        public Builder normBias(boolean normBias) {
            this.normBias = normBias;
            return this;
        }

        public Builder embeddingNorm(boolean embeddingNorm) {
            this.embeddingNorm = embeddingNorm;
            return this;
        }

        public Builder finalNorm(boolean finalNorm) {
            this.finalNorm = finalNorm;
            return this;
        }

        public Builder qkNorm(boolean qkNorm) {
            this.qkNorm = qkNorm;
            return this;
        }

        public Builder activation(ActivationKind activation) {
            this.activation = activation;
            return this;
        }

        public Builder mlpRatio(double mlpRatio) {
            this.mlpRatio = mlpRatio;
            return this;
        }

        public Builder position(PositionKind position) {
            this.position = position;
            return this;
        }

        public Builder tied(boolean tied) {
            this.tied = tied;
            return this;
        }

        public Builder biases(boolean biases) {
            this.biases = biases;
            return this;
        }

        public Builder kvHeads(int kvHeads) {
            this.kvHeads = kvHeads;
            return this;
        }

        public Builder optimizer(OptimizerKind optimizer) {
            this.optimizer = optimizer;
            return this;
        }

        public Builder beta1(double beta1) {
            this.beta1 = beta1;
            return this;
        }

        public Builder beta2(double beta2) {
            this.beta2 = beta2;
            return this;
        }

        public Builder epsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        public Builder weightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        public Builder momentum(double momentum) {
            this.momentum = momentum;
            return this;
        }

        public Builder schedule(ScheduleKind schedule) {
            this.schedule = schedule;
            return this;
        }

        public Builder warmupSteps(long warmupSteps) {
            this.warmupSteps = warmupSteps;
            return this;
        }

        public Builder minLearningRate(double minLearningRate) {
            this.minLearningRate = minLearningRate;
            return this;
        }

        public Builder gradientClip(double gradientClip) {
            this.gradientClip = gradientClip;
            return this;
        }

        public Builder dropout(double dropout) {
            this.dropout = dropout;
            return this;
        }

        public Builder labelSmoothing(double labelSmoothing) {
            this.labelSmoothing = labelSmoothing;
            return this;
        }

        public Builder validation(double validation) {
            this.validation = validation;
            return this;
        }

        public Builder validateEvery(long validateEvery) {
            this.validateEvery = validateEvery;
            return this;
        }

        public Builder tokenizer(TokenizerKind tokenizer) {
            this.tokenizer = tokenizer;
            return this;
        }

        public Builder vocabSize(int vocabSize) {
            this.vocabSize = vocabSize;
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
                    batchSize,
                    new Architecture(
                            norm,
                            normGain,
                            normBias,
                            embeddingNorm,
                            finalNorm,
                            qkNorm,
                            activation,
                            mlpRatio,
                            position,
                            tied,
                            biases,
                            kvHeads),
                    new Optimization(
                            optimizer,
                            beta1,
                            beta2,
                            epsilon,
                            weightDecay,
                            momentum,
                            schedule,
                            warmupSteps,
                            minLearningRate,
                            gradientClip,
                            dropout,
                            labelSmoothing),
                    new HeldOut(validation, validateEvery),
                    new Tokenization(tokenizer, vocabSize));
        }
    }
}
