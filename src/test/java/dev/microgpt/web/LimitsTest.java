package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Tests that each limit can be configured, is reported, can be reached, and cannot be exceeded.
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "microgpt.demo=false",
            "microgpt.limits.sessions=3",
            "microgpt.limits.parameters=1696", // nEmbd 8, nLayer 2, blockSize 8, vocabulary 6
            "microgpt.limits.n-embd=8",
            "microgpt.limits.n-layer=2",
            "microgpt.limits.block-size=8",
            "microgpt.limits.batch-size=2",
            "microgpt.limits.text-bytes=200",
            "microgpt.limits.documents=5",
            "microgpt.limits.vocabulary=8",
            "microgpt.limits.steps-per-call=10",
            "microgpt.limits.samples-per-call=4",
            "microgpt.limits.trace-values=212", // 2 * 106, see tracesPerReply
            "microgpt.limits.losses-per-call=20",
            "microgpt.limits.connections=2"
        })
final class LimitsTest {

    private static final ModelOptions LARGEST =
            ModelOptions.builder().nEmbd(8).nLayer(2).blockSize(8).build();
    private static final Map<String, ?> SMALL = Map.of("nEmbd", 4, "blockSize", 4);
    private static final String LOAD = "/sessions/limits/load";

    private final Api api;

    LimitsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @DynamicPropertySource
    static void configureMemoryLimit(DynamicPropertyRegistry registry) {
        registry.add("microgpt.limits.model-bytes", LimitsTest::modelBytes);
    }

    private static long modelBytes() {
        return MicroGpt.estimateBytes(LARGEST, Corpus.of("abcdea"));
    }

    @BeforeEach
    void deleteSessions() {
        for (JsonNode session : api.get("/sessions").ok().path("sessions")) {
            api.delete("/sessions/" + session.path("name").stringValue());
        }
    }

    @Test
    void areShown() {
        JsonNode limits = api.get("/limits").ok();
        Map<String, Long> shown = new LinkedHashMap<>();
        limits.forEachEntry((name, value) -> shown.put(name, value.asLong(-1)));

        assertThat(shown)
                .containsEntry("sessions", 3L)
                .containsEntry("parameters", 1696L)
                .containsEntry("modelBytes", modelBytes())
                .containsEntry("nEmbd", 8L)
                .containsEntry("nLayer", 2L)
                .containsEntry("blockSize", 8L)
                .containsEntry("batchSize", 2L)
                .containsEntry("textBytes", 200L)
                .containsEntry("documents", 5L)
                .containsEntry("vocabulary", 8L)
                .containsEntry("stepsPerCall", 10L)
                .containsEntry("samplesPerCall", 4L)
                .containsEntry("probeSamples", 20_000L)
                .containsEntry("traceValues", 212L)
                .containsEntry("lossesPerCall", 20L)
                .containsEntry("connections", 2L)
                .containsEntry("sweeps", 100L)
                .containsEntry("sweepSessions", 1000L)
                .containsEntry("shares", 20L)
                .containsEntry("shareDays", 365L);
    }

    @ParameterizedTest
    @CsvSource({"nEmbd, 8", "nHead, 8", "nLayer, 2", "blockSize, 8", "batchSize, 2"})
    void areTheRangesOfTheOptions(String name, long max) {
        JsonNode option =
                api.get("/limits")
                        .ok()
                        .path("options")
                        .valueStream()
                        .filter(each -> each.path("name").asString("").equals(name))
                        .findFirst()
                        .orElseThrow();

        assertThat(option.path("max").longValue()).isEqualTo(max);
    }

    @ParameterizedTest
    @CsvSource({"nEmbd, 8", "nLayer, 2", "blockSize, 8", "batchSize, 2"})
    void shape(String option, int max) {
        Map<String, Object> options = new LinkedHashMap<>(Map.of("nEmbd", 4, "nHead", 1));
        options.put("blockSize", 8);
        options.put(option, max);
        api.init("limits", options);
        options.put(option, max + 1);

        assertProblem(
                        api.post("/sessions/limits/init?overwrite=true", options),
                        400,
                        "out_of_range")
                .hasField(option)
                .hasValue(max + 1)
                .hasMin(1)
                .hasMax(max);
    }

    @Test
    void parameters() {
        Map<String, ?> options = Map.of("nEmbd", 8, "nLayer", 2, "blockSize", 8);
        JsonNode created = api.init("limits", options);

        assertProblem(api.postText(LOAD, "abcdef"), 400, "out_of_range").hasMax(1696);
        assertThat(api.view("limits")).isEqualTo(created);
        assertThat(api.postText(LOAD, "abcde").ok().path("numParams").intValue()).isEqualTo(1696);
    }

    @Test
    void modelBytesOfModelWithItsLongestStep() {
        api.init("limits", Map.of("nEmbd", 8, "nLayer", 2, "blockSize", 8));
        api.postText(LOAD, "abcdea").ok();

        assertProblem(api.postText(LOAD, "abcdeab"), 400, "out_of_range").hasMax(modelBytes());
        assertThat(api.view("limits").path("numDocs").intValue()).isEqualTo(1);
    }

    private Reply upload(BodyPublisher body) {
        return api.send(api.body(LOAD, "text/plain", body));
    }

    private Reply uploadInChunks(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return upload(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));
    }

    @Test
    void textBytes() {
        api.init("limits", SMALL);
        String text = ("😀".repeat(9) + "abc\n").repeat(5); // 5 * 40 bytes

        upload(BodyPublishers.ofString(text)).ok();
        uploadInChunks(text).ok();
        api.post(LOAD, Map.of("text", text)).ok();
        api.init("limits", Map.of("nEmbd", 4, "blockSize", 4, "text", text));
        for (String larger :
                List.of(text + "a", text + "\n", text.repeat(1000), "\n".repeat(1 << 20))) {
            for (Reply reply :
                    List.of(
                            upload(BodyPublishers.ofString(larger)),
                            uploadInChunks(larger),
                            api.post(LOAD, Map.of("text", larger)),
                            api.post("/sessions/other/init", Map.of("text", larger)))) {
                assertProblem(reply, 413, "too_large");
            }
        }
        assertProblem(api.postText(LOAD, text + "a"), 413, "too_large").hasMax(200);
        assertProblem(api.post(LOAD, Map.of("dataset", "names")), 413, "too_large");
        assertThat(api.view("limits").path("numDocs").intValue()).isEqualTo(5);
        assertProblem(api.get("/sessions/other"), 404, "not_found");
    }

    @Test
    void documents() {
        api.init("limits", SMALL);
        api.postText(LOAD, "a\nb\nc\n\nd\ne\n").ok();

        assertProblem(api.postText(LOAD, "a\nb\nc\n\nd\ne\nf"), 413, "too_large").hasMax(5);
        assertThat(api.view("limits").path("numDocs").intValue()).isEqualTo(5);
    }

    @Test
    void vocabularyWithItsEndToken() {
        api.init("limits", SMALL);
        JsonNode loaded = api.postText(LOAD, "abcdefg").ok();

        assertThat(loaded.path("vocabSize").intValue()).isEqualTo(8);
        assertProblem(api.postText(LOAD, "abcdefgh"), 413, "too_large").hasMax(8);
    }

    @Test
    void sessions() {
        api.init("one", SMALL);
        api.init("two", SMALL);
        api.init("three", SMALL);

        assertProblem(api.post("/sessions/four/init", SMALL), 409, "busy").hasDetail("3");
        api.init("three", SMALL);
        api.delete("/sessions/one");
        api.init("four", SMALL);
    }

    @Test
    void stepsPerCall() {
        api.init("limits", Map.of("nEmbd", 4, "blockSize", 4, "text", "abc"));
        api.step("limits", 10);

        assertProblem(
                        api.post("/sessions/limits/step", Map.of("count", 11, "viz", "none")),
                        400,
                        "out_of_range")
                .hasField("count")
                .hasValue(11)
                .hasMin(1)
                .hasMax(10);
        assertThat(api.view("limits").path("step").intValue()).isEqualTo(10);
    }

    @Test
    void samplesPerCall() {
        api.init("limits", Map.of("nEmbd", 4, "blockSize", 4, "text", "abc"));
        JsonNode samples = api.post("/sessions/limits/generate", Map.of("count", 4)).ok();

        assertThat(samples.path("samples").size()).isEqualTo(4);
        assertProblem(
                        api.post("/sessions/limits/generate", Map.of("count", 5)),
                        400,
                        "out_of_range")
                .hasField("count")
                .hasMax(4);
    }

    /// Numbers per position, of which there are 4: 4 for the embedding, 16 for the MLP, 4 for the
    /// probabilities, and a weight for each position so far.
    @Test
    void tracesPerReply() {
        api.init("limits", Map.of("nEmbd", 4, "nHead", 1, "blockSize", 4, "text", "abc"));
        api.post("/sessions/limits/step", Map.of("count", 2, "viz", "all")).ok();
        api.post("/sessions/limits/generate", Map.of("count", 2, "viz", true)).ok();

        assertProblem(
                        api.post("/sessions/limits/step", Map.of("count", 3, "viz", "all")),
                        400,
                        "out_of_range")
                .hasMax(212);
        assertProblem(
                        api.post("/sessions/limits/generate", Map.of("count", 3, "viz", true)),
                        400,
                        "out_of_range")
                .hasMax(212);
        api.post("/sessions/limits/step", Map.of("count", 3, "viz", "last")).ok();
        assertThat(api.view("limits").path("step").intValue()).isEqualTo(5);
    }

    @Test
    void bytesOfATextToTokenize() {
        api.init("limits", Map.of("nEmbd", 4, "blockSize", 4, "text", "aé"));
        String path = "/sessions/limits/tokenize";

        JsonNode tokens = api.post(path, Map.of("text", "é".repeat(106))).ok().path("tokens");
        assertThat(tokens.size()).isEqualTo(106);
        assertProblem(api.post(path, Map.of("text", "é".repeat(106) + "a")), 400, "out_of_range")
                .hasField("text")
                .hasDetail("213 bytes")
                .hasMax(212);
    }

    @Test
    void lossesPerCall() {
        api.init("limits", Map.of("nEmbd", 4, "blockSize", 4, "text", "abc"));
        api.step("limits", 10);
        api.step("limits", 10);
        assertThat(api.losses("limits")).hasSize(20);
        api.step("limits", 1);
        String path = "/sessions/limits/losses";

        assertProblem(api.get(path), 400, "out_of_range");
        assertProblem(api.get(path + "?from=1&to=21"), 400, "out_of_range").hasMax(20);
        assertThat(api.get(path + "?from=1&to=20").ok().path("losses").size()).isEqualTo(20);
        assertThat(api.get(path + "?from=2").ok().path("losses").size()).isEqualTo(20);
        assertThat(api.get(path + "?maxPoints=20").ok().path("buckets").size()).isBetween(1, 20);
        assertProblem(api.get(path + "?maxPoints=21"), 400, "out_of_range")
                .hasField("maxPoints")
                .hasMax(20);
    }

    @Test
    void liveMessages() {
        try (Live live = Live.connect(api.port())) {
            live.send("init", "session", "limits", "options", SMALL, "text", "a".repeat(201));
            assertProblem(live.next("error").path("problem"), 413, "too_large");
            live.send("init", "session", "limits", "options", SMALL, "text", "abc");
            live.next("ready");
            live.send("train", "session", "limits", "steps", 11);
            assertProblem(live.next("error").path("problem"), 400, "out_of_range")
                    .hasField("steps")
                    .hasMax(10);
            live.send("generate", "session", "limits", "count", 5);
            assertProblem(live.next("error").path("problem"), 400, "out_of_range").hasMax(4);
        }
    }

    @Test
    void liveConnections() {
        try (Live one = Live.connect(api.port());
                Live two = Live.connect(api.port())) {
            for (Live live : List.of(one, two)) {
                assertServed(live); // a handshake ends before the connection is counted
            }
            try (Live three = Live.connect(api.port())) {
                assertThat(three.awaitClose()).isEqualTo(4429);
            }
            for (Live live : List.of(one, two)) {
                assertServed(live);
            }
        }
    }

    private static void assertServed(Live live) {
        live.send("stop", "session", "nobody");
        assertThat(Json.write(live.next("error"))).contains("not_found");
    }
}
