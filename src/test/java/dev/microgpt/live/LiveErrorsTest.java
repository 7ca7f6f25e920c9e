package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ProblemAssert;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;

/// An invalid message is answered with an `error`, and the connection stays open.
@ServiceTest
final class LiveErrorsTest extends LiveSession {

    private static final String NAME = "live-errors";

    LiveErrorsTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("text", Api.SIX_NAMES));
    }

    private JsonNode errorFor(String message) {
        live.sendText(message);
        JsonNode error = live.next("error");
        live.send("getConfig", "session", NAME); // the connection stays open
        live.next("config");
        return error;
    }

    private ProblemAssert assertError(String message, int status, String code) {
        return assertProblem(errorFor(message).path("problem"), status, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{'type': 'stop'}", "type=stop", "{} x", "{\"type\": \"stop\",}"})
    void rejectsMalformedJson(String message) {
        assertError(message, 400, "malformed_json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"getConfig\", \"type\": \"stop\", \"session\": \"live-errors\"}",
                "{\"type\": \"getConfig\", \"session\": \"live-errors\"} {}",
                "{\"type\": \"getConfig\", \"session\": \"live-errors\"} x"
            })
    void rejectsDuplicatesAndTrailingCharacters(String message) {
        assertError(message, 400, "malformed_json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity"})
    void rejectsNumbersThatAreNotFinite(String number) {
        for (String message :
                List.of(
                        "{\"type\": \"generate\", \"temperature\": %s}",
                        "{\"type\": \"generate\", \"id\": %s, \"session\": \"live-errors\"}")) {
            assertError(message.formatted(number), 400, "malformed_json")
                    .hasValue(number)
                    .hasDetail("line 1, column ")
                    .hasDetail("JSON has no number " + number);
        }
    }

    /// Trees hold numbers as decimals, whose exponent is an int.
    @Test
    void rejectsExponentsThatAreTooLarge() {
        for (String number : List.of("1e9999999999", "-1.5E-9999999999")) {
            for (String message :
                    List.of(
                            "{\"type\": \"stop\", \"id\": %s, \"session\": \"live-errors\"}",
                            "{\"type\": \"init\", \"options\": {\"seed\": %s}}",
                            "{\"type\": \"dance\", \"steps\": [1, %s]}",
                            "%s")) {
                assertError(message.formatted(number), 400, "malformed_json")
                        .hasValue(number)
                        .hasDetail("line 1, column ")
                        .hasDetail("the exponent of " + number + " is too large");
            }
        }
    }

    @Test
    void namesTheRangeInForce() {
        for (String value : List.of("0", "1E+999")) {
            assertError(
                            "{\"type\": \"train\", \"session\": \"live-errors\", \"steps\": %s}"
                                    .formatted(value),
                            400,
                            "out_of_range")
                    .hasField("steps")
                    .hasValue(value)
                    .hasMin(1)
                    .hasMax(1_000_000);
            assertError(
                            "{\"type\": \"generate\", \"session\": \"live-errors\", \"count\": %s}"
                                    .formatted(value),
                            400,
                            "out_of_range")
                    .hasField("count")
                    .hasMax(1000);
            assertError(
                            "{\"type\": \"subscribe\", \"session\": \"live-errors\", \"fromStep\": %s}"
                                    .formatted(value),
                            400,
                            "out_of_range")
                    .hasField("fromStep")
                    .hasMin(1);
        }
    }

    @Test
    void rejectsDeepNesting() {
        assertError("[".repeat(51) + "]".repeat(51), 400, "malformed_json")
                .hasDetail("JSON must be nested at most 50 deep, but this has more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "3", "\"stop\"", "null", "true"})
    void rejectsMessageThatIsNoObject(String message) {
        assertError(message, 400, "wrong_type");
    }

    @Test
    void rejectsUnknownType() {
        ProblemAssert error =
                assertProblem(
                        errorFor("{\"type\": \"dance\", \"session\": \"live-errors\"}")
                                .path("problem"),
                        400,
                        "out_of_range");
        error.hasField("type").hasValue("dance");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"session\": \"live-errors\"}",
                "{\"type\": null, \"session\": \"live-errors\"}",
                "{\"type\": 3, \"session\": \"live-errors\"}"
            })
    void rejectsMessageWithoutType(String message) {
        JsonNode problem = errorFor(message).path("problem");

        assertProblem(problem, 400, problem.path("code").stringValue()).hasField("type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init",
                "train",
                "stop",
                "generate",
                "getEmbeddings",
                "getLossHistory",
                "getConfig",
                "subscribe",
                "unsubscribe"
            })
    void rejectsMessageWithoutSession(String type) {
        JsonNode problem = errorFor("{\"type\": \"%s\"}".formatted(type)).path("problem");

        assertProblem(problem, 400, problem.path("code").stringValue()).hasField("session");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "stop",
                "generate",
                "getEmbeddings",
                "getLossHistory",
                "getConfig",
                "subscribe"
            })
    void reportsUnknownSession(String type) {
        JsonNode error =
                errorFor("{\"type\": \"%s\", \"session\": \"nobody\", \"id\": 5}".formatted(type));

        assertProblem(error.path("problem"), 404, "not_found").hasValue("nobody");
        assertThat(error.path("session").stringValue()).isEqualTo("nobody");
        assertThat(error.path("id").intValue()).isEqualTo(5);
    }

    @Test
    void rejectsInvalidName() {
        assertError("{\"type\": \"stop\", \"session\": \"-A\"}", 400, "invalid_name");
        assertError(
                "{\"type\": \"init\", \"session\": \"A\", \"text\": \"a\"}", 400, "invalid_name");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "train, steps, \"20\"",
                "train, steps, 1.5",
                "train, steps, true",
                "generate, count, \"2\"",
                "generate, temperature, \"hot\"",
                "generate, prompt, 1",
                "generate, viz, 1",
                "init, text, 5",
                "init, overwrite, \"true\"",
                "init, options, 5",
                "subscribe, fromStep, \"1\"",
                "subscribe, fromStep, 1.5",
                "subscribe, viz, true",
                "subscribe, maxHz, \"20\"",
                "subscribe, losses, 1"
            })
    void rejectsWrongTypes(String type, String field, String value) {
        assertError(
                        "{\"type\": \"%s\", \"session\": \"%s\", \"%s\": %s}"
                                .formatted(type, NAME, field, value),
                        400,
                        "wrong_type")
                .hasField(field);
    }

    @ParameterizedTest
    @CsvSource({
        "train, count",
        "stop, now",
        "generate, temp",
        "getConfig, steps",
        "subscribe, hz",
        "init, txt"
    })
    void rejectsUnknownFields(String type, String field) {
        assertError(
                        "{\"type\": \"%s\", \"session\": \"%s\", \"%s\": 1}"
                                .formatted(type, NAME, field),
                        400,
                        "unknown_field")
                .hasField(field);
    }

    @Test
    void rejectsUnknownOptions() {
        JsonNode problem =
                errorFor(
                                """
                                {"type": "init", "session": "live-errors", "overwrite": true,
                                 "text": "a", "options": {"nEmbed": 8}}
                                """)
                        .path("problem");

        assertProblem(problem, 400, "unknown_field").hasDetail("nEmbed");
        assertThat(problem.path("field").stringValue()).endsWith("nEmbed");
    }

    @Test
    void rejectsValuesOutOfRange() {
        assertError(
                        "{\"type\": \"train\", \"session\": \"live-errors\", \"steps\": 0}",
                        400,
                        "out_of_range")
                .hasField("steps")
                .hasValue(0)
                .hasMin(1)
                .hasMax(1_000_000);
        assertError(
                        "{\"type\": \"generate\", \"session\": \"live-errors\", \"count\": 0}",
                        400,
                        "out_of_range")
                .hasField("count")
                .hasMin(1);
        assertError(
                        "{\"type\": \"generate\", \"session\": \"live-errors\", \"prompt\": \"z\"}",
                        400,
                        "unknown_character")
                .hasField("prompt");
    }

    @Test
    void rejectsMessagesThatNeedDocuments() {
        api.init(NAME, Map.of());
        for (String type : new String[] {"train", "generate", "getEmbeddings", "getLossHistory"}) {
            assertError(
                    "{\"type\": \"%s\", \"session\": \"live-errors\"}".formatted(type),
                    409,
                    "not_loaded");
        }
    }

    @Test
    void trainingThatFailsEndsWithError() {
        api.init(NAME, Map.of("text", Api.SIX_NAMES, "learningRate", 1e300));
        live.send("train", "session", NAME, "steps", 50, "id", "doomed");
        JsonNode last = live.next();
        while (last.path("type").stringValue().equals("step")) {
            last = live.next();
        }

        assertThat(last.path("type").stringValue()).isEqualTo("error");
        assertThat(last.path("id").stringValue()).isEqualTo("doomed");
        assertProblem(last.path("problem"), 409, "wrong_state");
    }

    @Test
    void trainingOfDeletedSessionEndsWithError() {
        live.send("train", "session", NAME, "steps", 1_000_000);
        live.next("step");
        api.delete("/sessions/" + NAME);
        JsonNode last = live.next();
        while (last.path("type").stringValue().equals("step")) {
            last = live.next();
        }

        assertProblem(last.path("problem"), 404, "not_found");
    }
}
