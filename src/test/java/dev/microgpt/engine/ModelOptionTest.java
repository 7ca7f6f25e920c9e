package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/// Tests that the descriptions agree with [ModelOptions].
final class ModelOptionTest {

    private static final List<ModelOption> ALL = ModelOption.ALL;

    @Test
    void eachOptionIsDescribed() {
        assertThat(ALL)
                .extracting(ModelOption::name)
                .containsExactlyElementsOf(
                        Arrays.stream(ModelOptions.class.getRecordComponents())
                                .map(RecordComponent::getName)
                                .toList());
    }

    /// Each value differs from the default, and from those of the other options.
    @ParameterizedTest
    @FieldSource("ALL")
    void readsAndSetsItsOwnOption(ModelOption option) {
        ModelOptions defaults = ModelOptions.defaults();
        ModelOptions.Builder builder = ModelOptions.builder();
        switch (option) {
            case IntegerOption integer -> {
                assertThat(integer.value(defaults)).isEqualTo(integer.defaultValue());
                integer.set(builder, 2 * integer.defaultValue());
            }
            case DecimalOption decimal -> {
                assertThat(decimal.value(defaults)).isEqualTo(decimal.defaultValue());
                decimal.set(builder, 2 * decimal.defaultValue());
            }
            case ChoiceOption<?> choice -> setLast(choice, builder);
        }

        assertThat(differences(defaults, builder.build())).containsExactly(option.name());
        assertThat(builder.build().toBuilder().build()).isEqualTo(builder.build());
    }

    private static <E extends Enum<E>> void setLast(
            ChoiceOption<E> choice, ModelOptions.Builder builder) {
        assertThat(choice.value(ModelOptions.defaults())).isEqualTo(choice.defaultValue());
        choice.set(builder, choice.choices().getLast());
        assertThat(choice.value(builder.build())).isEqualTo(choice.choices().getLast());
    }

    private static List<String> differences(ModelOptions one, ModelOptions other) {
        return ALL.stream()
                .filter(option -> !value(option, one).equals(value(option, other)))
                .map(ModelOption::name)
                .toList();
    }

    private static Object value(ModelOption option, ModelOptions options) {
        return switch (option) {
            case IntegerOption integer -> integer.value(options);
            case DecimalOption decimal -> decimal.value(options);
            case ChoiceOption<?> choice -> choice.value(options);
        };
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void onlySteerableOptionsChangeWithTraining(ModelOption option) {
        ModelOptions defaults = ModelOptions.defaults();

        assertThat(differences(defaults, defaults.withTraining(0.5, 7, 3)).contains(option.name()))
                .isEqualTo(option.isSteerable());
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
