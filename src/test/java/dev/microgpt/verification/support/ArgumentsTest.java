package dev.microgpt.verification.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Arguments override defaults, and mistakes are reported.
final class ArgumentsTest {

    private static final Map<String, Long> DEFAULTS = Map.of("minutes", 30L, "heap", 384L);

    @Test
    void argumentsOverrideDefaults() {
        Arguments arguments = Arguments.parse(DEFAULTS, "minutes=5");

        assertThat(arguments.intValue("minutes")).isEqualTo(5);
        assertThat(arguments.intValue("heap")).isEqualTo(384);
    }

    @Test
    void unknownNamesAreRejected() {
        assertThatThrownBy(() -> Arguments.parse(DEFAULTS, "minuts=5"))
                .hasMessageContaining("[heap, minutes]")
                .hasMessageContaining("minuts=5");
        assertThatThrownBy(() -> Arguments.parse(DEFAULTS, "5")).hasMessageContaining("'5'");
    }

    @Test
    void valuesThatAreNoWholeNumbersAreRejected() {
        assertThatThrownBy(() -> Arguments.parse(DEFAULTS, "minutes=five"))
                .hasMessageContaining("minutes=five");
    }
}
