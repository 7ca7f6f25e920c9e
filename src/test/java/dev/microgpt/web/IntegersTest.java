package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
        return api.postJson("/sessions/integers/" + Api.overwriting(call), json);
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
        "generate, seed, 0e9999999999",
        "generate, seed, -0.0",
        "init, nEmbd, 16.000"
    })
    void acceptsIntegersInAnyNotation(String call, String field, String number) {
        Reply reply = post(call, "{\"%s\": %s}".formatted(field, number));

        assertThat(reply.status()).as(reply.body()).isBetween(200, 201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "losses?from=",
                "losses?from=1%20",
                "losses?from=%201",
                "losses?from=0x1",
                "losses?from=%231",
                "losses?from=%2B1",
                "losses?from=1.0",
                "losses?from=%D9%A1",
                "heads?step=",
                "heads?step=0%20",
                "runs/0x1",
                "runs/1%20"
            })
    void integersOfPathsAndQueriesAreDigits(String path) {
        assertProblem(api.get("/sessions/integers/" + path), 400, "wrong_type");
    }

    /// Also for numbers that neither the field's type nor a [java.math.BigDecimal] can hold.
    @ParameterizedTest
    @CsvSource({
        "generate, topK, 1e10, 1, 2147483647",
        "generate, topK, 2147483648, 1, 2147483647",
        "generate, topK, 1e999999999, 1, 2147483647",
        "generate, topK, 1000e2147483647, 1, 2147483647",
        "generate, topK, 1e9999999999, 1, 2147483647",
        "generate, topK, -1.5E+9999999999, 1, 2147483647",
        "init, nEmbd, -3e9, 1, 1024",
        "init, nEmbd, 1e999, 1, 1024",
        "init, seed, 1e9999999999, -2147483648, 9223372036854775807",
        "init, numSteps, 1e999, 1, 9007199254740991",
        "step, count, 1e999, 1, 1000000",
        "runs, steps, 1e999, 1, 1000000000000",
        "runs, batchSize, 1e999, 1, 1024",
        "generate, count, 1e999, 1, 1000",
        "generate, seed, 9223372036854775808, -2147483648, 9223372036854775807",
        "generate, seed, -1e300, -2147483648, 9223372036854775807"
    })
    void reportsTheRangeOfIntegers(String call, String field, String number, long min, long max) {
        Reply reply = post(call, "{\"%s\": %s}".formatted(field, number));

        assertProblem(reply, 400, "out_of_range")
                .hasField(field)
                .hasValue(number)
                .hasMin(min)
                .hasMax(max)
                .hasDetail("must be from %d to %d, but is %s".formatted(min, max, number));
    }

    /// Its end depends on the session.
    @Test
    void reportsTheRangeOfSteps() {
        for (String call : new String[] {"generate", "fork", "inspect", "score"}) {
            Reply reply = post(call, "{\"step\": 1e9999999999}");

            assertProblem(reply, 400, "out_of_range")
                    .hasField("step")
                    .hasMin(0)
                    .hasDetail("step must be from 0 to the session's step, but is 1e9999999999");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"16.5", "1e-1", "1e-999999999", "1e-9999999999", "1.0000000000000000000001"})
    void rejectsNumbersThatAreNotIntegers(String number) {
        Reply reply = post("generate", "{\"topK\": %s}".formatted(number));

        assertProblem(reply, 400, "wrong_type").hasField("topK");
    }

    @Test
    void showsNumbersInPlaceOfTexts() {
        for (String number : new String[] {"1e9999999999", "1e-9999999999"}) {
            assertProblem(post("generate", "{\"prompt\": %s}".formatted(number)), 400, "wrong_type")
                    .hasField("prompt")
                    .hasValue(number);
            assertProblem(post("score", "{\"texts\": [%s]}".formatted(number)), 400, "wrong_type")
                    .hasField("texts[0]");
        }
    }
}
