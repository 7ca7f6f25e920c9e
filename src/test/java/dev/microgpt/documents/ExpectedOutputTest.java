package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A comparison that accepted everything would make all tests of documents worthless.
final class ExpectedOutputTest {

    @ParameterizedTest
    @CsvSource({
        "abc, abc",
        "…, abc",
        "a…, abc",
        "…c, abc",
        "a…c, abc",
        "a…c, ac",
        "a…b…c, aXbYc",
        "a…b, abab",
    })
    void acceptsWhatIsElided(String expected, String actual) {
        assertThatCode(() -> ExpectedOutput.check("x.md:1", expected, actual))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "abc, abcd",
        "abc, ab",
        "a…c, abcd",
        "b…c, abc",
        "a…b…c, acb",
        "a…a, a",
        "…b, abc",
    })
    void refusesAnythingElse(String expected, String actual) {
        assertThatThrownBy(() -> ExpectedOutput.check("x.md:1", expected, actual))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("x.md:1: ");
    }
}
