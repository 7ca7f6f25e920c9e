package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/// Tests that JSON is read strictly: whatever is wrong is rejected with its name, and changes nothing.
@ServiceTest
@TestInstance(Lifecycle.PER_CLASS)
final class StrictJsonTest {

    private static final String PATH = "/sessions/strict-json/";

    private final Api api;
    private String before = "";

    StrictJsonTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeAll
    void train() {
        api.initSixNames("strict-json");
        api.step("strict-json", 2);
        before = state();
    }

    @AfterEach
    void assertUnchanged() {
        assertThat(state()).isEqualTo(before);
    }

    private String state() {
        return api.view("strict-json")
                + api.get(PATH + "losses").body()
                + api.get(PATH + "embeddings").body();
    }

    private Reply post(String call, String json) {
        return api.postJson(PATH + Api.overwriting(call), json);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "init, seed, \"42\"",
                "init, seed, 1.5",
                "init, nEmbd, \"16\"",
                "init, nEmbd, 16.5",
                "init, nEmbd, true",
                "init, nEmbd, []",
                "init, nEmbd, {}",
                "init, nEmbd, \"\"",
                "init, nHead, \"4\"",
                "init, nLayer, false",
                "init, blockSize, 1e-1",
                "init, batchSize, [1]",
                "init, numSteps, \"1000\"",
                "init, numSteps, 1000.5",
                "init, learningRate, \"0.01\"",
                "init, learningRate, true",
                "init, learningRate, []",
                "init, learningRate, \"NaN\"",
                "init, engine, 1",
                "init, engine, true",
                "init, engine, {}",
                "init, random, 7",
                "init, text, 5",
                "init, text, true",
                "init, text, `[\"alice\", \"bob\"]`",
                "init, text, {}",
                "init, dataset, 0",
                "load, text, 5",
                "load, text, 1.5",
                "load, text, false",
                "load, text, [\"alice\"]",
                "load, dataset, true",
                "step, count, \"3\"",
                "step, count, 16.5",
                "step, count, true",
                "step, count, []",
                "step, viz, 1",
                "step, viz, true",
                "generate, temperature, \"0.5\"",
                "generate, temperature, true",
                "generate, count, \"5\"",
                "generate, count, 0.5",
                "generate, prompt, 5",
                "generate, prompt, [\"a\"]",
                "generate, topK, \"3\"",
                "generate, topP, \"1\"",
                "generate, seed, 0.5",
                "generate, seed, \"7\"",
                "generate, viz, 1",
                "generate, viz, \"true\"",
                "generate, viz, \"\""
            })
    void rejectsWrongTypes(String call, String field, String value) {
        assertProblem(post(call, "{\"" + field + "\": " + value + "}"), 400, "wrong_type")
                .hasField(field);
    }

    /// A body without a value is as good as none: the problem names the field that is missing.
    @ParameterizedTest
    @CsvSource({
        "/sessions/strict-json, learningRate",
        "/sessions/strict-json/load?overwrite=true, text",
        "/sessions/strict-json/runs, steps",
        "/sessions/strict-json/fork, name",
        "/sessions/strict-json/score, texts",
        "/sessions/strict-json/inspect, text",
        "/sessions/strict-json/probes, probes",
        "/documents/preview, text"
    })
    void namesWhatIsMissing(String path, String field) {
        for (String body : new String[] {"{}", "null", "", " ", "\r\n\t "}) {
            var request = api.body(path, "application/json", BodyPublishers.ofString(body));
            if (path.endsWith("strict-json")) {
                request.method("PATCH", BodyPublishers.ofString(body));
            }
            Reply reply = api.send(request);

            assertProblem(reply, 400, reply.json().path("code").stringValue()).hasField(field);
        }
    }

    @Test
    void repeatsTheWrongValue() {
        assertProblem(post("step", "{\"count\": \"3\"}"), 400, "wrong_type").hasValue("3");
        assertProblem(post("step", "{\"count\": 16.5}"), 400, "wrong_type").hasValue("16.5");
    }

    @ParameterizedTest
    @CsvSource({
        "init, nEmbed",
        "init, NEMBD",
        "init, name",
        "load, file",
        "step, steps",
        "generate, temp"
    })
    void rejectsUnknownFields(String call, String field) {
        assertProblem(post(call, "{\"" + field + "\": 1}"), 400, "unknown_field")
                .hasField(field)
                .hasDetail(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"count\"",
                "{,}",
                "{} x",
                "{} {}",
                "{}]",
                "{'count': 1}",
                "{count: 1}",
                "{/* nothing */}",
                "count=1",
                "\"count",
                "\u0000"
            })
    void rejectsMalformedJson(String json) {
        for (String call : new String[] {"init", "load", "step", "generate"}) {
            assertProblem(post(call, json), 400, "malformed_json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\": 1",
                "{\"count\": 1,}",
                "{\"count\": }",
                "{\"count\": 01}",
                "{\"count\": .5}",
                "{\"count\": NaN}",
                "{\"count\": Infinity}",
                "{\"count\": 1} x",
                "{\"count\": 1} {\"count\": 1}",
                "{\"count\": 1, \"count\": 1}",
                "{\"viz\": \"\\x\"}",
                "{\"viz\": \"la\nst\"}"
            })
    void rejectsMalformedFields(String json) {
        assertProblem(post("step", json), 400, "malformed_json");
    }

    @ParameterizedTest
    @CsvSource({
        "generate, temperature, NaN",
        "generate, temperature, Infinity",
        "generate, temperature, -Infinity",
        "init, learningRate, NaN",
        "step, count, NaN"
    })
    void explainsThatJsonHasNoSuchNumber(String call, String field, String number) {
        Reply reply = post(call, "{\"%s\": %s}".formatted(field, number));

        assertProblem(reply, 400, "malformed_json")
                .hasField(field)
                .hasValue(number)
                .hasDetail("line 1, column ")
                .hasDetail("JSON has no number " + number);
    }

    @Test
    void namesNestedFields() {
        Reply number =
                api.postJson(PATH + "runs", "{\"steps\": 1, \"stopWhen\": {\"lossBelow\": NaN}}");
        Reply item = api.postJson(PATH + "score", "{\"texts\": [\"a\", NaN]}");
        Reply type = api.postJson(PATH + "score", "{\"texts\": [\"a\", \"b\", 3]}");

        assertProblem(number, 400, "malformed_json").hasField("stopWhen.lossBelow");
        assertProblem(item, 400, "malformed_json").hasField("texts[1]");
        assertProblem(type, 400, "wrong_type").hasField("texts[2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\": +1}",
                "{\"count\": .5}",
                "{\"count\": 01}",
                "{'count': 1}",
                "{count: 1}",
                "{\"count\": 1 // one",
                "{\"viz\": \"la\nst\"}"
            })
    void hidesTheParserInMessages(String json) {
        assertThat(post("step", json).body())
                .doesNotContainIgnoringCase("feature", "enable", "ALLOW_", "start marker");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{\"count\": 1, line 1, the JSON ends before it is complete",
                "{\"count\": +1}, line 1, Unexpected character ('+'",
                "{\"count\" 1}, line 1, Unexpected character ('1'",
                "{\"count\": tru}, line 1, Unrecognized token 'tru'",
                "{} {}, the body, continues after the end"
            })
    void saysWhereAndWhatIsMalformed(String json, String where, String what) {
        assertProblem(post("step", json), 400, "malformed_json").hasDetail(where).hasDetail(what);
    }

    @Test
    void saysWhichLimitOfJsonIsExceeded() {
        String name = "a".repeat(1001);

        assertProblem(post("step", "{\"" + name + "\": 1}"), 400, "malformed_json")
                .hasDetail("the name of a field must have at most 1000 characters");
        assertProblem(post("step", "{\"count\": " + "9".repeat(1001) + "}"), 400, "malformed_json")
                .hasDetail("a number must have at most 1000 digits");
    }

    @Test
    void rejectsEndlessNesting() {
        assertThat(post("step", "{\"count\": " + "[".repeat(100_000)).status()).isEqualTo(400);
        assertThat(post("step", "[".repeat(100_000)).status()).isEqualTo(400);
    }

    @Test
    void rejectsMalformedBytes() {
        byte[] json = "{\"viz\": \"?\"}".getBytes(StandardCharsets.US_ASCII);
        json[9] = (byte) 0xFF;
        var body = BodyPublishers.ofByteArray(json);

        assertProblem(
                api.send(api.body(PATH + "step", "application/json", body)), 400, "malformed_json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{\"count\": 1}]", "3", "\"three\"", "true"})
    void rejectsValuesThatAreNotObjects(String json) {
        for (String call : new String[] {"init", "load", "step", "generate"}) {
            assertProblem(post(call, json), 400, "wrong_type");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "application/octet-stream",
                "nonsense"
            })
    void rejectsOtherContentTypes(String type) {
        for (String call : new String[] {"init?overwrite=true", "step", "generate"}) {
            var body = BodyPublishers.ofString("{\"count\": 1}");
            assertProblem(
                    api.send(api.body(PATH + call, type, body)), 415, "unsupported_media_type");
        }
    }
}
