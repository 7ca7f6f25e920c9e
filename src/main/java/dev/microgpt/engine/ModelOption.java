package dev.microgpt.engine;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.engine.training.ScheduleKind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// The description of an option: its name, default and range, and whether it may change while a model
/// trains. [ModelOptions] documents the meaning of each.
///
/// Code takes defaults and ranges from here alone; Javadoc may repeat them for its readers. Whatever else
/// lists the options is derived from [#ALL] or tested against it.
public sealed interface ModelOption {

    /// The range is that of all random generators; [RandomKind#requireSeed] checks that of one.
    IntegerOption SEED =
            new IntegerOption(
                    "seed",
                    42,
                    Integer.MIN_VALUE,
                    Long.MAX_VALUE,
                    /* isSteerable= */ false,
                    ModelOptions::seed,
                    ModelOptions.Builder::seed);

    IntegerOption N_EMBD =
            new IntegerOption(
                    "nEmbd",
                    16,
                    1,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ false,
                    ModelOptions::nEmbd,
                    (builder, value) -> builder.nEmbd((int) value));

    /// Must also divide nEmbd, which [ModelShape] checks.
    IntegerOption N_HEAD =
            new IntegerOption(
                    "nHead",
                    4,
                    1,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ false,
                    ModelOptions::nHead,
                    (builder, value) -> builder.nHead((int) value));

    IntegerOption N_LAYER =
            new IntegerOption(
                    "nLayer",
                    1,
                    1,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ false,
                    ModelOptions::nLayer,
                    (builder, value) -> builder.nLayer((int) value));

    IntegerOption BLOCK_SIZE =
            new IntegerOption(
                    "blockSize",
                    16,
                    1,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ false,
                    ModelOptions::blockSize,
                    (builder, value) -> builder.blockSize((int) value));

    /// Any finite number above 0.
    DecimalOption LEARNING_RATE =
            new DecimalOption(
                    "learningRate",
                    0.01,
                    Double.MIN_VALUE,
                    Double.MAX_VALUE,
                    /* isSteerable= */ true,
                    ModelOptions::learningRate,
                    ModelOptions.Builder::learningRate);

    /// The maximum is the largest integer that JSON readers in JavaScript represent exactly, 2^53 - 1.
    IntegerOption NUM_STEPS =
            new IntegerOption(
                    "numSteps",
                    1000,
                    1,
                    (1L << 53) - 1,
                    /* isSteerable= */ true,
                    ModelOptions::numSteps,
                    ModelOptions.Builder::numSteps);

    ChoiceOption<EngineKind> ENGINE =
            new ChoiceOption<>(
                    "engine",
                    EngineKind.TENSOR,
                    /* isSteerable= */ false,
                    ModelOptions::engine,
                    ModelOptions.Builder::engine);

    ChoiceOption<RandomKind> RANDOM =
            new ChoiceOption<>(
                    "random",
                    RandomKind.MULBERRY32,
                    /* isSteerable= */ false,
                    ModelOptions::random,
                    ModelOptions.Builder::random);

    IntegerOption BATCH_SIZE =
            new IntegerOption(
                    "batchSize",
                    1,
                    1,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ true,
                    ModelOptions::batchSize,
                    (builder, value) -> builder.batchSize((int) value));

    ChoiceOption<NormKind> NORM =
            new ChoiceOption<>(
                    "norm",
                    Architecture.MICROGPT.norm(),
                    /* isSteerable= */ false,
                    options -> options.architecture().norm(),
                    ModelOptions.Builder::norm);

    BooleanOption NORM_GAIN =
            new BooleanOption(
                    "normGain",
                    Architecture.MICROGPT.normGain(),
                    /* isSteerable= */ false,
                    options -> options.architecture().normGain(),
                    ModelOptions.Builder::normGain);

    BooleanOption NORM_BIAS =
            new BooleanOption(
                    "normBias",
                    Architecture.MICROGPT.normBias(),
                    /* isSteerable= */ false,
                    options -> options.architecture().normBias(),
                    ModelOptions.Builder::normBias);

    BooleanOption EMBEDDING_NORM =
            new BooleanOption(
                    "embeddingNorm",
                    Architecture.MICROGPT.embeddingNorm(),
                    /* isSteerable= */ false,
                    options -> options.architecture().embeddingNorm(),
                    ModelOptions.Builder::embeddingNorm);

    BooleanOption FINAL_NORM =
            new BooleanOption(
                    "finalNorm",
                    Architecture.MICROGPT.finalNorm(),
                    /* isSteerable= */ false,
                    options -> options.architecture().finalNorm(),
                    ModelOptions.Builder::finalNorm);

    BooleanOption QK_NORM =
            new BooleanOption(
                    "qkNorm",
                    Architecture.MICROGPT.qkNorm(),
                    /* isSteerable= */ false,
                    options -> options.architecture().qkNorm(),
                    ModelOptions.Builder::qkNorm);

    ChoiceOption<ActivationKind> ACTIVATION =
            new ChoiceOption<>(
                    "activation",
                    Architecture.MICROGPT.activation(),
                    /* isSteerable= */ false,
                    options -> options.architecture().activation(),
                    ModelOptions.Builder::activation);

    /// The number of hidden units is rounded, and at least 1.
    DecimalOption MLP_RATIO =
            new DecimalOption(
                    "mlpRatio",
                    Architecture.MICROGPT.mlpRatio(),
                    0.01,
                    64,
                    /* isSteerable= */ false,
                    options -> options.architecture().mlpRatio(),
                    ModelOptions.Builder::mlpRatio);

    ChoiceOption<PositionKind> POSITION =
            new ChoiceOption<>(
                    "position",
                    Architecture.MICROGPT.position(),
                    /* isSteerable= */ false,
                    options -> options.architecture().position(),
                    ModelOptions.Builder::position);

    BooleanOption TIED =
            new BooleanOption(
                    "tied",
                    Architecture.MICROGPT.tied(),
                    /* isSteerable= */ false,
                    options -> options.architecture().tied(),
                    ModelOptions.Builder::tied);

    BooleanOption BIASES =
            new BooleanOption(
                    "biases",
                    Architecture.MICROGPT.biases(),
                    /* isSteerable= */ false,
                    options -> options.architecture().biases(),
                    ModelOptions.Builder::biases);

    /// Must also divide nHead, which [ModelShape] checks; 0 for nHead.
    IntegerOption KV_HEADS =
            new IntegerOption(
                    "kvHeads",
                    Architecture.MICROGPT.kvHeads(),
                    0,
                    Integer.MAX_VALUE,
                    /* isSteerable= */ false,
                    options -> options.architecture().kvHeads(),
                    (builder, value) -> builder.kvHeads((int) value));

    ChoiceOption<OptimizerKind> OPTIMIZER =
            new ChoiceOption<>(
                    "optimizer",
                    OptimizerKind.ADAM,
                    /* isSteerable= */ false,
                    options -> options.optimization().optimizer(),
                    ModelOptions.Builder::optimizer);

    DecimalOption BETA1 =
            new DecimalOption(
                    "beta1",
                    0.85,
                    0,
                    0.9999,
                    /* isSteerable= */ false,
                    options -> options.optimization().beta1(),
                    ModelOptions.Builder::beta1);

    DecimalOption BETA2 =
            new DecimalOption(
                    "beta2",
                    0.99,
                    0,
                    0.99999,
                    /* isSteerable= */ false,
                    options -> options.optimization().beta2(),
                    ModelOptions.Builder::beta2);

    /// The minimum is well above 0 in single precision.
    DecimalOption EPSILON =
            new DecimalOption(
                    "epsilon",
                    1e-8,
                    1e-12,
                    1,
                    /* isSteerable= */ false,
                    options -> options.optimization().epsilon(),
                    ModelOptions.Builder::epsilon);

    DecimalOption WEIGHT_DECAY =
            new DecimalOption(
                    "weightDecay",
                    0.01,
                    0,
                    10,
                    /* isSteerable= */ true,
                    options -> options.optimization().weightDecay(),
                    ModelOptions.Builder::weightDecay);

    DecimalOption MOMENTUM =
            new DecimalOption(
                    "momentum",
                    0.9,
                    0,
                    0.9999,
                    /* isSteerable= */ true,
                    options -> options.optimization().momentum(),
                    ModelOptions.Builder::momentum);

    ChoiceOption<ScheduleKind> SCHEDULE =
            new ChoiceOption<>(
                    "schedule",
                    ScheduleKind.LINEAR,
                    /* isSteerable= */ true,
                    options -> options.optimization().schedule(),
                    ModelOptions.Builder::schedule);

    /// The maximum is that of [#NUM_STEPS].
    IntegerOption WARMUP_STEPS =
            new IntegerOption(
                    "warmupSteps",
                    0,
                    0,
                    (1L << 53) - 1,
                    /* isSteerable= */ true,
                    options -> options.optimization().warmupSteps(),
                    ModelOptions.Builder::warmupSteps);

    /// Must also be at most learningRate, which [ModelOptions] checks.
    DecimalOption MIN_LEARNING_RATE =
            new DecimalOption(
                    "minLearningRate",
                    0,
                    0,
                    Double.MAX_VALUE,
                    /* isSteerable= */ true,
                    options -> options.optimization().minLearningRate(),
                    ModelOptions.Builder::minLearningRate);

    DecimalOption GRADIENT_CLIP =
            new DecimalOption(
                    "gradientClip",
                    0,
                    0,
                    Double.MAX_VALUE,
                    /* isSteerable= */ true,
                    options -> options.optimization().gradientClip(),
                    ModelOptions.Builder::gradientClip);

    DecimalOption DROPOUT =
            new DecimalOption(
                    "dropout",
                    0,
                    0,
                    0.9,
                    /* isSteerable= */ true,
                    options -> options.optimization().dropout(),
                    ModelOptions.Builder::dropout);

    DecimalOption LABEL_SMOOTHING =
            new DecimalOption(
                    "labelSmoothing",
                    0,
                    0,
                    0.9,
                    /* isSteerable= */ true,
                    options -> options.optimization().labelSmoothing(),
                    ModelOptions.Builder::labelSmoothing);

    /// A share up to 0.5, or a whole number from 1 on, which [HeldOut] checks.
    DecimalOption VALIDATION =
            new DecimalOption(
                    "validation",
                    0,
                    0,
                    1e9,
                    /* isSteerable= */ false,
                    options -> options.heldOut().validation(),
                    ModelOptions.Builder::validation);

    /// The maximum is that of [#NUM_STEPS].
    IntegerOption VALIDATE_EVERY =
            new IntegerOption(
                    "validateEvery",
                    0,
                    0,
                    (1L << 53) - 1,
                    /* isSteerable= */ false,
                    options -> options.heldOut().validateEvery(),
                    ModelOptions.Builder::validateEvery);

    ChoiceOption<TokenizerKind> TOKENIZER =
            new ChoiceOption<>(
                    "tokenizer",
                    TokenizerKind.CHARS,
                    /* isSteerable= */ false,
                    options -> options.tokenization().tokenizer(),
                    ModelOptions.Builder::tokenizer);

    /// The minimum has no merges. The maximum is what two bytes per token allow.
    IntegerOption VOCAB_SIZE =
            new IntegerOption(
                    "vocabSize",
                    512,
                    257,
                    65_536,
                    /* isSteerable= */ false,
                    options -> options.tokenization().vocabSize(),
                    (builder, value) -> builder.vocabSize((int) value));

    /// The options that are always written. Others are left out where they have their defaults, which mean what
    /// microgpt does.
    List<ModelOption> BASIC =
            List.of(
                    SEED,
                    N_EMBD,
                    N_HEAD,
                    N_LAYER,
                    BLOCK_SIZE,
                    LEARNING_RATE,
                    NUM_STEPS,
                    ENGINE,
                    RANDOM,
                    BATCH_SIZE);

    /// The options that a preset sets.
    List<ModelOption> ARCHITECTURE =
            List.of(
                    NORM,
                    NORM_GAIN,
                    NORM_BIAS,
                    EMBEDDING_NORM,
                    FINAL_NORM,
                    QK_NORM,
                    ACTIVATION,
                    MLP_RATIO,
                    POSITION,
                    TIED,
                    BIASES,
                    KV_HEADS);

    /// All options, in the order in which they are written.
    List<ModelOption> ALL =
            Stream.of(
                            BASIC,
                            ARCHITECTURE,
                            List.<ModelOption>of(
                                    OPTIMIZER,
                                    BETA1,
                                    BETA2,
                                    EPSILON,
                                    WEIGHT_DECAY,
                                    MOMENTUM,
                                    SCHEDULE,
                                    WARMUP_STEPS,
                                    MIN_LEARNING_RATE,
                                    GRADIENT_CLIP,
                                    DROPOUT,
                                    LABEL_SMOOTHING,
                                    VALIDATION,
                                    VALIDATE_EVERY,
                                    TOKENIZER,
                                    VOCAB_SIZE))
                    .flatMap(List::stream)
                    .toList();

    /// Returns the option with a name; null if there is none.
    static @Nullable ModelOption find(String name) {
        for (ModelOption option : ALL) {
            if (option.name().equals(name)) {
                return option;
            }
        }
        return null;
    }

    /// Returns the name, as spelled in JSON.
    String name();

    /// Returns whether the option may change while a model trains.
    boolean isSteerable();

    /// Returns the default: a [Long], a [Double], a [Boolean] or a constant.
    Object defaultObject();

    /// Returns the value of the option: a [Long], a [Double], a [Boolean] or a constant.
    Object read(ModelOptions options);

    /// Sets the option to a value of its own type, as [#read] returns it.
    ///
    /// @throws InvalidInputException if the value is out of the range
    void write(ModelOptions.Builder builder, Object value);

    /// Returns a number as the type of this option.
    ///
    /// @throws IllegalArgumentException if the option cannot have a value of this type
    Object cast(Object value);

    private static IllegalArgumentException wrongType(String name, Object value) {
        return new IllegalArgumentException(name + " cannot be " + value);
    }

    /// An option that is a whole number from `min` to `max`.
    record IntegerOption(
            String name,
            long defaultValue,
            long min,
            long max,
            boolean isSteerable,
            ToLongFunction<ModelOptions> getter,
            ObjLongConsumer<ModelOptions.Builder> setter)
            implements ModelOption {

        /// Checks that a value is in the range.
        ///
        /// @throws InvalidInputException if it is not
        void require(long value) {
            InvalidInputException.requireRange(name, value, min, max);
        }

        /// Returns the default of an option whose range is within that of `int`.
        public int defaultInt() {
            return Math.toIntExact(defaultValue);
        }

        public long value(ModelOptions options) {
            return getter.applyAsLong(options);
        }

        /// @throws InvalidInputException if the value is out of the range
        public void set(ModelOptions.Builder builder, long value) {
            require(value);
            setter.accept(builder, value);
        }

        @Override
        public Long defaultObject() {
            return defaultValue;
        }

        @Override
        public Long read(ModelOptions options) {
            return value(options);
        }

        @Override
        public void write(ModelOptions.Builder builder, Object value) {
            set(builder, cast(value));
        }

        @Override
        public Long cast(Object value) {
            return switch (value) {
                case Long number -> number;
                case Integer number -> number.longValue();
                default -> throw wrongType(name, value);
            };
        }
    }

    /// An option that is a finite number from `min` to `max`.
    record DecimalOption(
            String name,
            double defaultValue,
            double min,
            double max,
            boolean isSteerable,
            ToDoubleFunction<ModelOptions> getter,
            ObjDoubleConsumer<ModelOptions.Builder> setter)
            implements ModelOption {

        /// Checks that a value is in the range.
        ///
        /// @throws InvalidInputException if it is not
        void require(double value) {
            boolean hasMaximum = max < Double.MAX_VALUE;
            if (!hasMaximum && !(value >= min && value <= max)) {
                String least = min == Double.MIN_VALUE ? "above 0" : "at least " + min;
                throw InvalidInputException.outOfRange(
                        name,
                        value,
                        min,
                        max,
                        name + " must be finite and " + least + ", but is " + value);
            }
            InvalidInputException.requireRange(name, value, min, max);
        }

        public double value(ModelOptions options) {
            return getter.applyAsDouble(options);
        }

        public void set(ModelOptions.Builder builder, double value) {
            setter.accept(builder, value);
        }

        @Override
        public Double defaultObject() {
            return defaultValue;
        }

        @Override
        public Double read(ModelOptions options) {
            return value(options);
        }

        @Override
        public void write(ModelOptions.Builder builder, Object value) {
            set(builder, cast(value));
        }

        @Override
        public Double cast(Object value) {
            if (value instanceof Number number) {
                return number.doubleValue();
            }
            throw wrongType(name, value);
        }
    }

    /// An option that is true or false.
    record BooleanOption(
            String name,
            boolean defaultValue,
            boolean isSteerable,
            Predicate<ModelOptions> getter,
            BiConsumer<ModelOptions.Builder, Boolean> setter)
            implements ModelOption {

        public boolean value(ModelOptions options) {
            return getter.test(options);
        }

        public void set(ModelOptions.Builder builder, boolean value) {
            setter.accept(builder, value);
        }

        @Override
        public Boolean defaultObject() {
            return defaultValue;
        }

        @Override
        public Boolean read(ModelOptions options) {
            return value(options);
        }

        @Override
        public void write(ModelOptions.Builder builder, Object value) {
            set(builder, cast(value));
        }

        @Override
        public Boolean cast(Object value) {
            if (value instanceof Boolean bool) {
                return bool;
            }
            throw wrongType(name, value);
        }
    }

    /// An option that is one of the constants of an enum, which JSON spells in lower case.
    record ChoiceOption<E extends Enum<E>>(
            String name,
            E defaultValue,
            boolean isSteerable,
            Function<ModelOptions, E> getter,
            BiConsumer<ModelOptions.Builder, E> setter)
            implements ModelOption {

        /// Returns the allowed values.
        public List<E> choices() {
            return List.of(defaultValue.getDeclaringClass().getEnumConstants());
        }

        public E value(ModelOptions options) {
            return getter.apply(options);
        }

        public void set(ModelOptions.Builder builder, E value) {
            setter.accept(builder, value);
        }

        @Override
        public E defaultObject() {
            return defaultValue;
        }

        @Override
        public E read(ModelOptions options) {
            return value(options);
        }

        @Override
        public void write(ModelOptions.Builder builder, Object value) {
            set(builder, cast(value));
        }

        @Override
        public E cast(Object value) {
            Class<E> type = defaultValue.getDeclaringClass();
            if (type.isInstance(value)) {
                return type.cast(value);
            }
            throw wrongType(name, value);
        }
    }
}
