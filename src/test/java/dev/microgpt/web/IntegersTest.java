package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/// Tests that integers are recognised by their value, not their notation.
@ServiceTest
final class IntegersTest {

    private final Api api;

    IntegersTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("integers");
    }

    private Reply post(String call, String json) {
        return api.postJson("/sessions/integers/" + call + "?overwrite=true", json);
    }

    @ParameterizedTest
    @CsvSource({
        "step, count, 2.0",
        "step, count, 1e0",
        "step, count, 20e-1",
        "generate, topK, 1e9",
        "generate, topK, 1.0",
        "generate, seed, 4.2e1",
        "generate, seed, 0e999999999",
        "generate, seed, -0.0",
        "init, nEmbd, 16.000"
    })
    void acceptsIntegersInAnyNotation(String call, String field, String number) {
        Reply reply = post(call, "{\"%s\": %s}".formatted(field, number));

        assertThat(reply.status()).as(reply.body()).isBetween(200, 201);
    }

    @ParameterizedTest
    @CsvSource({
        "generate, topK, 1e10, -2147483648, 2147483647",
        "generate, topK, 2147483648, -2147483648, 2147483647",
        "generate, topK, 1e999999999, -2147483648, 2147483647",
        "init, nEmbd, -3e9, -2147483648, 2147483647",
        "generate, seed, 9223372036854775808, -9223372036854775808, 9223372036854775807",
        "generate, seed, -1e300, -9223372036854775808, 9223372036854775807"
    })
    void reportsTheRangeOfIntegers(String call, String field, String number, long min, long max) {
        Reply reply = post(call, "{\"%s\": %s}".formatted(field, number));

        assertProblem(reply, 400, "out_of_range").hasField(field).hasMin(min).hasMax(max);
    }

    @ParameterizedTest
    @ValueSource(strings = {"16.5", "1e-1", "1e-999999999", "1.0000000000000000000001"})
    void rejectsNumbersThatAreNotIntegers(String number) {
        Reply reply = post("generate", "{\"topK\": %s}".formatted(number));

        assertProblem(reply, 400, "wrong_type").hasField("topK");
    }
}
