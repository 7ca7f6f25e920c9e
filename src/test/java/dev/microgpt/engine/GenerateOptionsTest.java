package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.microgpt.engine.InvalidInputException.Reason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerateOptionsTest {

    private static final GenerateOptions DEFAULTS = GenerateOptions.defaults();

    @Test
    void defaultsFilterNothing() {
        assertThat(DEFAULTS).isEqualTo(new GenerateOptions(0.5, "", 0, 1, false));
    }

    @Test
    void eachOptionCanBeChanged() {
        assertThat(
                        DEFAULTS.withTemperature(0.8)
                                .withPrompt("an")
                                .withTopK(3)
                                .withTopP(0.9)
                                .withViz(true))
                .isEqualTo(new GenerateOptions(0.8, "an", 3, 0.9, true));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 1000.001, Double.NaN, Double.POSITIVE_INFINITY, -1e300})
    void rejectsATemperatureOutOfRange(double temperature) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DEFAULTS.withTemperature(temperature))
                .withMessageContainingAll("temperature", "0", "1000", "" + temperature)
                .returns(Reason.OUT_OF_RANGE, InvalidInputException::reason)
                .returns("temperature", InvalidInputException::field)
                .satisfies(e -> assertThat(e.value()).isEqualTo(temperature));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void rejectsANegativeTopK(int topK) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DEFAULTS.withTopK(topK))
                .withMessageContainingAll("topK", "" + topK)
                .returns("topK", InvalidInputException::field);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, -0.5, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
    void rejectsATopPOutOfRange(double topP) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DEFAULTS.withTopP(topP))
                .withMessageContainingAll("topP", "0", "1", "" + topP)
                .returns("topP", InvalidInputException::field)
                .satisfies(e -> assertThat(e.value()).isEqualTo(topP));
    }

    @Test
    void acceptsTheEndsOfEachRange() {
        assertThatNoException()
                .isThrownBy(
                        () -> {
                            DEFAULTS.withTemperature(0).withTopP(Double.MIN_VALUE).withTopK(0);
                            DEFAULTS.withTemperature(1000).withTopP(1).withTopK(Integer.MAX_VALUE);
                        });
    }
}
