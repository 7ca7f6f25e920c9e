package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Tests that the descriptions agree with [ModelOptions].
final class ModelOptionTest {

    private static final List<ModelOption> ALL = ModelOption.ALL;

    private static Stream<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(
                        component ->
                                component.getType().isRecord()
                                        ? components(component.getType())
                                        : Stream.of(component.getName()));
    }

    @Test
    void eachOptionIsDescribed() {
        assertThat(ALL)
                .extracting(ModelOption::name)
                .containsExactlyElementsOf(components(ModelOptions.class).toList());
    }

    /// Returns a valid value other than the default.
    private static Object otherValue(ModelOption option) {
        return switch (option) {
            case IntegerOption integer -> Math.max(2, 2 * integer.defaultValue());
            case DecimalOption decimal -> decimal.defaultValue() / 2 + 0.001;
            case BooleanOption bool -> !bool.defaultValue();
            case ChoiceOption<?> choice -> choice.choices().getLast();
        };
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void readsAndSetsItsOwnOption(ModelOption option) {
        ModelOptions defaults = ModelOptions.defaults();
        Object value = otherValue(option);
        ModelOptions.Builder builder = ModelOptions.builder();
        option.write(builder, value);

        ModelOptions options = builder.build();
        assertThat(option.read(defaults)).isEqualTo(option.defaultObject());
        assertThat(option.read(options)).isEqualTo(value);
        assertThat(differences(defaults, options)).containsExactly(option.name());
        assertThat(options.toBuilder().build()).isEqualTo(options);
    }

    private static List<String> differences(ModelOptions one, ModelOptions other) {
        return ALL.stream()
                .filter(option -> !option.read(one).equals(option.read(other)))
                .map(ModelOption::name)
                .toList();
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void onlySteerableOptionsAreSteered(ModelOption option) {
        MicroGpt model = new MicroGpt();
        OptionValues values = OptionValues.of(option, otherValue(option));

        Throwable failure = catchThrowable(() -> model.steer(values));

        assertThat(failure == null).isEqualTo(option.isSteerable());
        assertThat(differences(ModelOptions.defaults(), model.options()).contains(option.name()))
                .isEqualTo(option.isSteerable());
    }

    @Test
    void valuesOfAnotherTypeAreRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.of(ModelOption.N_EMBD, 0.5))
                .withMessage("nEmbd cannot be 0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.of(ModelOption.ENGINE, "tensor"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.of(ModelOption.BETA1, "0.5"));
    }

    @Test
    void theRangeOfTheSeedCoversAllGenerators() {
        RandomKind[] kinds = RandomKind.values();

        assertThat(Arrays.stream(kinds).mapToLong(RandomKind::minSeed).min())
                .hasValue(ModelOption.SEED.min());
        assertThat(Arrays.stream(kinds).mapToLong(RandomKind::maxSeed).max())
                .hasValue(ModelOption.SEED.max());
    }

    @Test
    void valuesOutOfRangeAreNotSet() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ModelOption.N_EMBD.set(ModelOptions.builder(), 1L << 32))
                .withMessage("nEmbd must be from 1 to 2147483647, but is 4294967296");
    }
}
