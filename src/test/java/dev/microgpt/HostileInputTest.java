package dev.microgpt;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Heap;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// Tests that malicious input is rejected like any other invalid input, changes nothing, and takes little
/// memory.
@Isolated
final class HostileInputTest {

    private static final String NAME = "hostile";
    private static final String PATH = "/sessions/hostile/";
    private static final int MB = 1 << 20;

    @TempDir static Path data;
    private static LocalService service;
    private static Api api;
    private static String before = "";
    private static long heapBefore;

    @BeforeAll
    static void start() {
        service = LocalService.start(data);
        api = service.api();
        api.initSixNames(NAME);
        api.step(NAME, 2);
        api.post(PATH + "generate").ok();
        before = state();
        heapBefore = Heap.used();
    }

    /// Waits for connections whose requests were rejected before they were read: a client that is still sending
    /// holds its body.
    @AfterAll
    static void stop() {
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Heap.used() - heapBefore, growth -> growth < 100 * MB);
        } finally {
            service.close();
        }
    }

    /// Returns the list of all sessions, and the session in full.
    private static String state() {
        return api.get("/sessions").ok().toString()
                + api.get(PATH + "embeddings").ok()
                + api.get(PATH + "losses").ok();
    }

    @AfterEach
    void nothingHasChanged() {
        assertThat(state()).isEqualTo(before);
        assertThat(api.post(PATH + "generate", Map.of("seed", 1)).status()).isEqualTo(200);
    }

    // ---- names

    @ParameterizedTest
    @CsvSource({
        "a.b, 400, invalid_name",
        "..., 400, invalid_name",
        "a%2eb, 400, invalid_name",
        "hostilе, 400, invalid_name", // the last letter is Cyrillic
        "%D1%85, 400, invalid_name",
        "ｈｏｓｔｉｌｅ, 400, invalid_name", // full width
        "hostile%20, 400, invalid_name",
        "hostile%0A, 400, invalid_name",
        "HOSTILE, 400, invalid_name",
        "host%E2%80%8Bile, 400, invalid_name", // with a zero-width space
        "a%2fb, 400, ",
        "a%5cb, 400, ",
        "a%00, 400, ",
        "%2e%2e, 400, invalid_name",
        "%252e%252e, 400, invalid_name",
        "%ED%A0%80, 400, ", // a lone surrogate
        "hostile;x=1, 400, invalid_name"
    })
    void sessionNames(String name, int status, String code) {
        String path = "/api/v1/sessions/" + percent(name);
        for (String call : List.of("POST %s/init", "GET %s/config", "DELETE %s", "POST %s/step")) {
            Reply reply = raw(call.formatted(path));
            assertThat(reply.status()).as(call + " " + reply).isEqualTo(status);
            assertProblem(
                    reply, status, code == null ? reply.json().path("code").stringValue() : code);
        }
    }

    private static String percent(String name) {
        StringBuilder result = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            result.append(b < 0 ? "%%%02X".formatted(b) : String.valueOf((char) b));
        }
        return result.toString();
    }

    private static Reply raw(String methodAndPath, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Host: localhost";
        all[1] = "Content-Length: 0";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return RawHttp.send(api.port(), methodAndPath + " HTTP/1.1", all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/sessions/..",
                "/api/v1/sessions/../sessions/hostile",
                "/api/v1/sessions/hostile/..",
                "/api/v1/sessions/./hostile",
                "/api/v1//sessions/hostile"
            })
    void pathTraversal(String path) {
        for (String method : List.of("DELETE ", "PATCH ")) {
            Reply reply = raw(method + path);
            assertThat(reply.status()).as(method + path + " " + reply).isIn(400, 404, 405);
            assertProblem(reply, reply.status(), reply.json().path("code").stringValue());
        }
    }

    @Test
    void longNames() {
        assertProblem(
                raw("POST /api/v1/sessions/" + "a".repeat(6000) + "/init"), 400, "invalid_name");
        assertProblem(
                raw("POST /api/v1/sessions/" + "a".repeat(200_000) + "/init"), 431, "too_large");
    }

    @Test
    void forkNames() {
        for (String name : List.of("../x", "a/b", "a\u0000", "х", "", "a".repeat(MB))) {
            assertProblem(api.post(PATH + "fork", Map.of("name", name)), 400, "invalid_name");
        }
    }

    // ---- numbers

    @ParameterizedTest
    @CsvSource({
        "nEmbd, 1000000000, out_of_range",
        "nEmbd, 1e9, out_of_range",
        "nEmbd, 1000000000000000000, out_of_range",
        "nEmbd, 1e18, out_of_range",
        "nEmbd, -1, out_of_range",
        "nEmbd, -0, out_of_range",
        "nEmbd, 2147483648, out_of_range",
        "nEmbd, 4294967296, out_of_range",
        "nEmbd, 4294967312, out_of_range", // 16 in its lower 32 bits
        "nHead, 1000000000, out_of_range",
        "nHead, 0, out_of_range",
        "nLayer, 1000000000, out_of_range",
        "nLayer, 1000000000000000000, out_of_range",
        "nLayer, -1, out_of_range",
        "blockSize, 1000000000, out_of_range",
        "blockSize, 1000000000000000000, out_of_range",
        "blockSize, -1, out_of_range",
        "batchSize, 1000000000, out_of_range",
        "batchSize, -1, out_of_range",
        "numSteps, 9223372036854775808, out_of_range",
        "numSteps, 1000000000000000000, out_of_range",
        "numSteps, -1, out_of_range",
        "seed, 9223372036854775807, out_of_range",
        "seed, 1e999999999, out_of_range",
        "learningRate, 0, out_of_range",
        "learningRate, -1, out_of_range",
        "learningRate, 1e999, out_of_range",
        "learningRate, 1e-999, out_of_range",
        "learningRate, NaN, malformed_json"
    })
    void options(String option, String value, String code) {
        String json = "{\"%s\": %s}".formatted(option, value);
        for (String name : List.of("other", NAME)) {
            Reply reply = api.postJson("/sessions/" + name + "/init?overwrite=true", json);
            assertProblem(reply, 400, code);
        }
    }

    /// Each option is within its limit, but the number of parameters that they result in is not.
    @ParameterizedTest
    @CsvSource({"1024, 1024, 64", "1024, 1, 2", "1000, 1000, 7"})
    void combinedOptions(int nEmbd, int blockSize, int nLayer) {
        Map<String, ?> options =
                Map.of("nEmbd", nEmbd, "blockSize", blockSize, "nLayer", nLayer, "nHead", 1);
        assertProblem(api.post("/sessions/other/init", options), 400, "out_of_range")
                .hasField("numParams");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "temperature, NaN, malformed_json",
                "temperature, \"NaN\", wrong_type",
                "temperature, Infinity, malformed_json",
                "temperature, -Infinity, malformed_json",
                "temperature, \"Infinity\", wrong_type",
                "temperature, 1e308, out_of_range",
                "temperature, 1e309, out_of_range",
                "temperature, -1, out_of_range",
                "temperature, -1e-300, out_of_range",
                "topP, 0, out_of_range",
                "topP, 1e-999, out_of_range",
                "topP, NaN, malformed_json",
                "topK, 0, out_of_range",
                "topK, 99999999999, out_of_range",
                "count, 1000000000, out_of_range",
                "count, -1, out_of_range",
                "step, -1, out_of_range",
                "step, 9223372036854775807, out_of_range",
                "step, 9223372036854775808, out_of_range"
            })
    void generateOptions(String field, String value, String code) {
        String json = "{\"seed\": 1, \"%s\": %s}".formatted(field, value);
        assertProblem(api.postJson(PATH + "generate", json), 400, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e-300", "1e-999", "4.9e-324", "-0.0", "1000", "1e-3"})
    void extremeTemperatures(String temperature) {
        String json = "{\"seed\": 1, \"temperature\": %s}".formatted(temperature);
        JsonNode reply = api.postJson(PATH + "generate", json).ok();
        assertThat(reply.path("samples").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "losses?from=-1",
                "losses?from=9223372036854775807",
                "losses?from=99999999999999999999",
                "losses?maxPoints=-1",
                "losses?maxPoints=2147483648",
                "embeddings?step=-1",
                "embeddings?step=1e18"
            })
    void queryParameters(String query) {
        Reply reply = api.get(PATH + query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.json().path("code").stringValue()).isIn("out_of_range", "wrong_type");
    }

    // ---- JSON

    private static Reply init(String json) {
        return api.postJson("/sessions/other/init", json);
    }

    @Test
    void deeplyNestedJson() {
        for (int depth : new int[] {60, 1000, 100_000}) {
            for (String open : List.of("[", "{\"a\":", "{\"text\":", "[{\"seed\":")) {
                for (String json :
                        List.of(open.repeat(depth), "{\"text\": " + open.repeat(depth))) {
                    assertThat(init(json).status()).isEqualTo(400);
                    assertThat(init(json).json().path("code").stringValue())
                            .isIn("malformed_json", "wrong_type", "unknown_field");
                }
            }
        }
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertProblem(init("{\"seed\": " + deep + "}"), 400, "wrong_type").hasField("seed");
    }

    @Test
    void longFieldName() {
        assertProblem(init("{\"" + "a".repeat(10 * MB) + "\": 1}"), 400, "malformed_json");
    }

    @Test
    void longNumber() {
        for (String field : List.of("nEmbd", "seed", "learningRate", "text", "nope")) {
            for (String number : List.of("9".repeat(1_000_000), "0." + "9".repeat(1_000_000))) {
                Reply reply = init("{\"" + field + "\": " + number + "}");
                assertThat(reply.status()).isEqualTo(400);
                assertThat(reply.json().path("code").stringValue())
                        .isIn("malformed_json", "wrong_type", "unknown_field", "out_of_range");
                assertThat(reply.body().length()).isLessThan(3000);
            }
        }
    }

    @Test
    void manyFields() {
        assertProblem(
                init("{\"seed\":1" + ",\"seed\":1".repeat(200_000) + "}"), 400, "malformed_json");
        StringBuilder many = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 200_000; i++) {
            many.append(",\"a").append(i).append("\":1");
        }
        assertProblem(init(many.append('}').toString()), 400, "unknown_field");
    }

    // ---- texts

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x"})
    void compressedBodies(String encoding) throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[MB];
            for (int i = 0; i < 20; i++) {
                gzip.write(zeros);
            }
        }
        for (String type : List.of("text/plain", "application/json")) {
            for (String call : List.of("load?overwrite=true", "init?overwrite=true", "step")) {
                Reply reply =
                        api.send(
                                api.body(
                                                PATH + call,
                                                type,
                                                BodyPublishers.ofByteArray(bomb.toByteArray()))
                                        .header("Content-Encoding", encoding));
                assertProblem(reply, 415, "unsupported_media_type")
                        .hasField("Content-Encoding")
                        .hasDetail(encoding);
                assertThat(reply.header("Accept-Encoding")).isEqualTo("identity");
            }
        }
    }

    @Test
    void uncompressedBodies() {
        var body = BodyPublishers.ofString("{\"seed\": 1}");
        Reply reply =
                api.send(
                        api.body(PATH + "generate", "application/json", body)
                                .header("Content-Encoding", "identity"));
        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void largeHeaders() {
        String large = "X-Large: " + "a".repeat(64 * 1024);
        assertProblem(raw("GET /api/v1/limits", large), 431, "too_large").hasDetail("8192 bytes");
        String[] many = new String[5000];
        java.util.Arrays.fill(many, "X-A: b");
        assertProblem(raw("GET /api/v1/limits", many), 431, "too_large");
        String[] tooMany = java.util.Arrays.copyOf(many, 200);
        assertProblem(raw("GET /api/v1/limits", tooMany), 431, "too_large")
                .hasDetail("100 headers");
    }

    @Test
    void vastVocabulary() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            text.appendCodePoint(0x20000 + i).append(i % 100 == 0 ? "\n" : "");
        }
        assertProblem(api.postText(PATH + "load?overwrite=true", text.toString()), 413, "too_large")
                .hasField("vocabulary");
        assertProblem(init(Json.write(Map.of("text", text.toString()))), 413, "too_large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\\ud800", "\\udc00", "a\\ud800b", "\\udc00\\ud800", "\\ud83d", "😀\\ude00"})
    void loneSurrogates(String text) {
        String json = "{\"text\": \"" + text + "\"}";
        assertProblem(init(json), 400, "invalid_text");
        assertProblem(api.postJson(PATH + "load?overwrite=true", json), 400, "invalid_text");
        Reply prompt =
                api.postJson(PATH + "generate", "{\"seed\": 1, \"prompt\": \"" + text + "\"}");
        assertThat(prompt.json().path("code").stringValue())
                .isIn("unknown_character", "invalid_text");
        Reply score = api.postJson(PATH + "score", "{\"texts\": [\"" + text + "\"]}");
        assertThat(score.json().path("code").stringValue())
                .isIn("unknown_character", "invalid_text");
        assertProblem(
                api.postJson(PATH + "fork", "{\"name\": \"" + text + "\"}"), 400, "invalid_name");
    }

    @Test
    void endlessLine() {
        String line = "ab".repeat(20 * MB);
        assertProblem(api.postText(PATH + "load?overwrite=true", line), 413, "too_large")
                .hasField("documentCharacters");
        assertProblem(
                api.postText(PATH + "load?overwrite=true", " ".repeat(40 * MB)),
                400,
                "invalid_text");
        assertProblem(init("{\"text\": \"" + line + "\"}"), 413, "too_large")
                .hasField("documentCharacters");
    }
}
