package dev.microgpt.engine;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

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

    /// All options, in the order in which they are written.
    List<ModelOption> ALL =
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

    /// Returns the name, as spelled in JSON.
    String name();

    /// Returns whether the option may change while a model trains.
    boolean isSteerable();

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
        int defaultInt() {
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
            boolean isAnyPositive = min == Double.MIN_VALUE && max == Double.MAX_VALUE;
            if (isAnyPositive && !(value >= min && value <= max)) {
                throw InvalidInputException.outOfRange(
                        name,
                        value,
                        min,
                        max,
                        name + " must be finite and above 0, but is " + value);
            }
            InvalidInputException.requireRange(name, value, min, max);
        }

        public double value(ModelOptions options) {
            return getter.applyAsDouble(options);
        }

        public void set(ModelOptions.Builder builder, double value) {
            setter.accept(builder, value);
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
    }
}
