package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ProblemAssert;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/// Tests that numbers and names out of range are rejected with the allowed range, and change nothing.
@ServiceTest
@TestInstance(Lifecycle.PER_CLASS)
final class RangeTest {

    private static final String PATH = "/sessions/range/";

    private final Api api;
    private String before = "";

    RangeTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeAll
    void train() {
        api.initSixNames("range");
        api.step("range", 2);
        before = state();
    }

    @AfterEach
    void assertUnchanged() {
        assertThat(state()).isEqualTo(before);
    }

    private String state() {
        return api.view("range")
                + api.get(PATH + "losses").body()
                + api.get(PATH + "embeddings").body();
    }

    private ProblemAssert assertRejected(String call, String json) {
        String path = PATH + call + (call.equals("init") ? "?overwrite=true" : "");
        return assertProblem(api.postJson(path, json), 400, "out_of_range");
    }

    @ParameterizedTest
    @CsvSource({
        "init, nEmbd, 0, 1",
        "init, nEmbd, -16, 1",
        "init, nHead, 0, 1",
        "init, nLayer, 0, 1",
        "init, blockSize, 0, 1",
        "init, batchSize, 0, 1",
        "init, numSteps, 0, 1",
        "init, seed, -2147483649, -2147483648",
        "step, count, 0, 1",
        "step, count, -5, 1",
        "generate, count, 0, 1",
        "generate, topK, 0, 1",
        "generate, topK, -1, 1",
        "generate, temperature, -0.1, 0"
    })
    void reportsTheMinimum(String call, String field, String value, double min) {
        assertRejected(call, "{\"%s\": %s}".formatted(field, value))
                .hasField(field)
                .hasValue(value)
                .hasMin(min)
                .hasDetail(value);
    }

    @ParameterizedTest
    @CsvSource({
        "init, seed, 4294967296, 4294967295",
        "init, nHead, 17, 16",
        "init, numSteps, 9007199254740992, 9007199254740991",
        "generate, temperature, 1000.5, 1000",
        "generate, topP, 1.5, 1"
    })
    void reportsTheMaximum(String call, String field, String value, double max) {
        assertRejected(call, "{\"%s\": %s}".formatted(field, value))
                .hasField(field)
                .hasValue(value)
                .hasMax(max)
                .hasDetail(value);
    }

    @ParameterizedTest
    @CsvSource({
        "init, nEmbd, nEmbd",
        "init, nLayer, nLayer",
        "init, blockSize, blockSize",
        "init, batchSize, batchSize",
        "step, count, stepsPerCall",
        "generate, count, samplesPerCall"
    })
    void rejectsValuesBeyondConfiguredLimits(String call, String field, String limit) {
        long max = api.get("/limits").ok().path(limit).longValue();

        String heads = call.equals("init") ? ", \"nHead\": 1" : "";
        assertRejected(call, "{\"%s\": %d%s}".formatted(field, max + 1, heads))
                .hasField(field)
                .hasValue(max + 1)
                .hasMin(1)
                .hasMax(max);
    }

    /// The same range, whether a value is just below it, or too large for any integer.
    @ParameterizedTest
    @CsvSource({
        "init?overwrite=true, nEmbd, 1024",
        "init?overwrite=true, nHead, 16",
        "init?overwrite=true, nLayer, 64",
        "init?overwrite=true, blockSize, 1024",
        "init?overwrite=true, batchSize, 1024",
        "init?overwrite=true, numSteps, 9007199254740991",
        "step, count, 1000000",
        "runs, steps, 1000000000000",
        "runs, numSteps, 9007199254740991",
        "runs, batchSize, 1024",
        "generate, count, 1000",
        "'', numSteps, 9007199254740991",
        "'', batchSize, 1024"
    })
    void namesTheRangeInForce(String call, String field, long max) {
        for (String value : new String[] {"0", "1e999"}) {
            String json = "{\"%s\": %s}".formatted(field, value);
            String steps = call.equals("runs") && !field.equals("steps") ? "{\"steps\": 1, " : "{";
            var request =
                    api.body(
                            call.isEmpty() ? "/sessions/range" : PATH + call,
                            "application/json",
                            BodyPublishers.ofString(steps + json.substring(1)));
            Reply reply =
                    api.send(call.isEmpty() ? request.method("PATCH", bodyOf(request)) : request);

            assertProblem(reply, 400, "out_of_range").hasField(field).hasValue(value).hasMin(1);
            if (field.equals("nHead") && !value.equals("0")) { // nEmbd may follow
                assertProblem(reply, 400, "out_of_range").hasDetail("from 1 to nEmbd");
            } else {
                assertProblem(reply, 400, "out_of_range").hasMax(max);
            }
        }
    }

    /// The same range, whether a parameter is just beyond it or too large for its type.
    @ParameterizedTest
    @CsvSource({
        "/sessions, limit, 1, 1000",
        "/sessions/range/losses, maxPoints, 1, 100000",
        "/sessions/range/losses?maxPoints=5, from, 1, 2",
        "/sessions/range/losses?maxPoints=5, to, 1, 2",
        "/sessions/range/losses, from, 1, 3",
        "/sessions/range/embeddings, step, 0, 2",
        "/sessions/range/positions, step, 0, 2",
        "/sessions/range/heads, step, 0, 2",
        "/sessions/range/parameters/wte, step, 0, 2",
        "/sessions/range/parameters/wte/histograms, bins, 1, 1000",
        "/sessions/range/anatomy, step, 0, 2",
        "/sessions/range/anatomy, document, 0, 0",
        "/sessions/range/anatomy/graph, limit, 1, 1000",
        "/sessions/range/anatomy/graph, node, 0, ",
        "/sessions/range/anatomy/graph?tensor=losses, row, 0, ",
        "/sessions/range/anatomy/graph?tensor=losses, column, 0, ",
        "/sessions/range/events, fromStep, 1, 3"
    })
    void namesTheRangeOfQueryParameters(String path, String name, long min, @Nullable Long max) {
        String[] values = {"-1", "99999999999", "99999999999999999999", "-99999999999999999999"};
        for (String value : values) {
            Reply reply = api.get(path + (path.contains("?") ? "&" : "?") + name + "=" + value);

            assertProblem(reply, 400, "out_of_range")
                    .hasField(name)
                    .hasValue(value)
                    .hasMin(min)
                    .hasDetail("but is " + value);
            if (max != null && value.length() < 4) {
                assertProblem(reply, 400, "out_of_range").hasMax(max);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"vocabSize", "nEmbd", "nHead", "seed", "batchSize"})
    void namesTheRangeOfWeights(String name) {
        var body = BodyPublishers.ofString("");
        Reply reply =
                api.send(
                        api.body(
                                        PATH
                                                + "checkpoint?overwrite=true&"
                                                + name
                                                + "=1"
                                                + "0".repeat(30),
                                        "application/octet-stream",
                                        body)
                                .PUT(body));

        assertProblem(reply, 400, "out_of_range").hasField(name);
    }

    @Test
    void thereIsNoRunWithAnIdTooLarge() {
        String id = "9".repeat(30);
        assertProblem(api.get(PATH + "runs/" + id), 404, "not_found").hasField("id").hasValue(id);
        assertProblem(api.post(PATH + "runs/" + id + "/pause"), 404, "not_found");
    }

    private static BodyPublisher bodyOf(HttpRequest.Builder request) {
        return request.build().bodyPublisher().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "init, nEmbd",
        "init, nHead",
        "init, nLayer",
        "init, blockSize",
        "init, batchSize",
        "init, numSteps",
        "init, seed",
        "step, count",
        "generate, count",
        "generate, topK",
        "generate, seed"
    })
    void rejectsIntegersOfAnySize(String call, String field) {
        for (String value : new String[] {"99999999999999999999", "-99999999999999999999"}) {
            assertRejected(call, "{\"%s\": %s}".formatted(field, value)).hasField(field);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "init, learningRate, 0",
        "init, learningRate, -0.01",
        "init, learningRate, 1e999",
        "generate, temperature, 1e999",
        "generate, topP, 0",
        "generate, topP, -0.5",
        "generate, topP, 1e999"
    })
    void rejectsMeaninglessNumbers(String call, String field, String value) {
        assertRejected(call, "{\"%s\": %s}".formatted(field, value)).hasField(field);
    }

    @Test
    void rejectsHeadsThatDoNotDivideTheWidth() {
        assertRejected("init", "{\"nHead\": 3}").hasField("nHead").hasValue(3).hasDetail("16");
        assertRejected("init", "{\"nEmbd\": 10}");
    }

    @Test
    void theRangeOfSeedsDependsOnTheGenerator() {
        assertRejected("init", "{\"random\": \"python\", \"seed\": -1}").hasField("seed").hasMin(0);
        assertRejected("generate", "{\"seed\": 4294967296}").hasField("seed").hasMax(4294967295.0);
        assertRejected("generate", "{\"seed\": -2147483649}").hasField("seed");
    }

    @ParameterizedTest
    @CsvSource({
        "init, engine, quantum, scalar",
        "init, engine, SCALAR, scalar",
        "init, engine, '', scalar",
        "init, random, xorshift, mulberry32",
        "init, random, Python, python",
        "step, viz, some, last",
        "step, viz, LAST, all"
    })
    void reportsTheAllowedNames(String call, String field, String name, String allowed) {
        assertRejected(call, "{\"%s\": \"%s\"}".formatted(field, name))
                .hasField(field)
                .hasValue(name)
                .hasDetail(allowed);
    }

    @Test
    void rejectsModelsWithTooManyParameters() {
        JsonNode limits = api.get("/limits").ok();
        String largest =
                "{\"nEmbd\": %d, \"nLayer\": %d, \"blockSize\": %d}"
                        .formatted(
                                limits.path("nEmbd").intValue(),
                                limits.path("nLayer").intValue(),
                                limits.path("blockSize").intValue());

        assertRejected("init", largest).hasMax(limits.path("parameters").longValue());
        assertRejected("init", largest.replace("}", ", \"text\": \"alice\"}"))
                .hasMax(limits.path("parameters").longValue());
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1001"})
    void rejectsPageSizesOutOfRange(int limit) {
        assertProblem(api.get("/sessions?limit=" + limit), 400, "out_of_range")
                .hasField("limit")
                .hasValue(limit)
                .hasMin(1)
                .hasMax(1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.5", "true"})
    void rejectsPageSizesThatAreNotNumbers(String limit) {
        assertProblem(api.get("/sessions?limit=" + limit), 400, "wrong_type")
                .hasField("limit")
                .hasValue(limit);
    }
}
