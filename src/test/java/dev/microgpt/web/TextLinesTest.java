package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;
import dev.microgpt.wire.TextLine;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Tests `generate` and `score` with a line for each text: plain, CSV and JSON.
@ServiceTest
final class TextLinesTest {

    private static final String PATH = "/sessions/lines";
    private static final String CSV = "text/csv";
    private static final String JSON = "application/x-ndjson";

    private final Api api;

    TextLinesTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void train() {
        api.initSixNames("lines");
        api.step("lines", 200);
    }

    private HttpRequest.Builder accepting(String type, String call, Map<String, ?> request) {
        return api.json(PATH + call, Json.write(request)).header("Accept", type);
    }

    private List<String> lines(String type, String call, Map<String, ?> request) {
        Reply reply = api.send(accepting(type, call, request));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith(type).endsWith("charset=UTF-8");
        return reply.body().lines().toList();
    }

    /// Returns the texts of six names in JSON.
    private JsonNode samples(Map<String, ?> request) {
        return api.post(PATH + "/generate", request).ok();
    }

    private static List<String> texts(JsonNode reply) {
        return reply.path("samples").valueStream().map(s -> s.path("text").stringValue()).toList();
    }

    // ---- generate

    @Test
    void allFormatsHaveTheSameTexts() {
        Map<String, ?> request = Map.of("count", 300, "seed", 7, "temperature", 1);
        List<String> expected = texts(samples(request));

        assertThat(lines("text/plain", "/generate", request)).isEqualTo(expected);
        List<String> csv = lines(CSV, "/generate", request);
        assertThat(csv.getFirst()).isEqualTo("text,logLikelihood,bitsPerCharacter,novel");
        assertThat(csv.stream().skip(1).map(line -> line.substring(0, line.indexOf(','))))
                .isEqualTo(expected);
        List<JsonNode> json = lines(JSON, "/generate", request).stream().map(Json::parse).toList();
        assertThat(json.subList(0, 300))
                .extracting(l -> l.path("text").stringValue())
                .isEqualTo(expected);
        assertThat(json.get(300).path("end").path("count").intValue()).isEqualTo(300);
        assertThat(json).hasSize(301);
    }

    /// Many are computed at a time, few one by one.
    @Test
    void theTextsOfALargeCallAreThoseOfSmallCalls() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            expected.addAll(
                    lines("text/plain", "/generate", Map.of("count", 100, "temperature", 1)));
        }
        train();

        assertThat(lines("text/plain", "/generate", Map.of("count", 2000, "temperature", 1)))
                .isEqualTo(expected);
    }

    @Test
    void linesHaveTheScoresOfTheTexts() {
        Map<String, ?> request = Map.of("count", 20, "seed", 7, "temperature", 1);
        List<String> texts = texts(samples(request));
        JsonNode scores = api.post(PATH + "/score", Map.of("texts", texts)).ok().path("scores");
        List<String> csv = lines(CSV, "/generate", request);
        List<String> json = lines(JSON, "/generate", request);

        for (int i = 0; i < 20; i++) {
            double logLikelihood = scores.get(i).path("logLikelihood").doubleValue();
            double bits = scores.get(i).path("bitsPerCharacter").doubleValue();
            boolean known = List.of(Api.SIX_NAMES.split("\n")).contains(texts.get(i));
            assertThat(csv.get(i + 1).split(","))
                    .containsExactly(
                            texts.get(i),
                            Double.toString(logLikelihood),
                            Double.toString(bits),
                            Boolean.toString(!known));
            JsonNode line = Json.parse(json.get(i));
            assertThat(line.path("logLikelihood").doubleValue()).isEqualTo(logLikelihood);
            assertThat(line.path("bitsPerCharacter").doubleValue()).isEqualTo(bits);
            assertThat(line.path("known").booleanValue()).isEqualTo(known);
        }
    }

    @Test
    void repliesInJsonHaveDetailsOnRequest() {
        JsonNode reply =
                samples(
                        Map.of(
                                "count",
                                50,
                                "seed",
                                7,
                                "temperature",
                                2,
                                "known",
                                true,
                                "score",
                                true,
                                "nearest",
                                true));
        List<String> documents = List.of(Api.SIX_NAMES.split("\n"));
        int known = 0;
        for (JsonNode sample : reply.path("samples")) {
            String text = sample.path("text").stringValue();
            known += sample.path("known").booleanValue() ? 1 : 0;
            int least = documents.stream().mapToInt(d -> distance(d, text)).min().orElseThrow();
            assertThat(sample.path("nearest").path("distance").intValue()).isEqualTo(least);
            assertThat(distance(sample.path("nearest").path("text").stringValue(), text))
                    .isEqualTo(least);
            assertThat(sample.path("logLikelihood").doubleValue()).isNegative();
        }
        assertThat(reply.path("knownShare").doubleValue()).isCloseTo(known / 50.0, within(1e-12));
    }

    /// The recursive definition of the edit distance.
    private static int distance(String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.length() + b.length();
        }
        int[][] cells = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cells[i][j] =
                        i == 0 || j == 0
                                ? i + j
                                : Math.min(
                                        cells[i - 1][j - 1]
                                                + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1),
                                        1 + Math.min(cells[i - 1][j], cells[i][j - 1]));
            }
        }
        return cells[a.length()][b.length()];
    }

    @Test
    void lastLineTellsWhatWasRejected() {
        Map<String, Object> request = new HashMap<>();
        request.put("count", 1000);
        request.put("seed", 7);
        request.put("temperature", 2);
        request.put("unique", true);
        request.put("novel", true);
        request.put("tries", 1000);
        JsonNode inJson = samples(request);
        List<String> lines = lines(JSON, "/generate", request);
        JsonNode end = Json.parse(lines.getLast()).path("end");

        assertThat(end.path("count").intValue()).isEqualTo(lines.size() - 1).isLessThan(1000);
        assertThat(end.path("tries")).isEqualTo(inJson.path("tries"));
        assertThat(end.path("rejected")).isEqualTo(inJson.path("rejected"));
        assertThat(lines.size() - 1).isEqualTo(texts(inJson).size());
        assertThat(lines(CSV, "/generate", request)).hasSize(lines.size());
    }

    @Test
    void drawsFromTheGeneratorOfTheSession() {
        List<String> together = texts(samples(Map.of("temperature", 1, "count", 200)));
        train();
        List<String> inLines =
                new ArrayList<>(
                        lines("text/plain", "/generate", Map.of("temperature", 1, "count", 150)));
        inLines.addAll(texts(samples(Map.of("temperature", 1, "count", 50))));

        assertThat(inLines).isEqualTo(together);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "application/*",
                "application/json, text/plain, */*"
            })
    void othersGetJson(String accept) {
        Reply reply = api.send(accepting(accept, "/generate", Map.of("seed", 1)));

        assertThat(reply.ok().path("samples").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'text/plain, */*;q=0.1', text/plain",
        "'text/csv;q=0.5, application/x-ndjson', application/x-ndjson"
    })
    void formatIsNegotiated(String accept, String type) {
        assertThat(
                        api.send(accepting(accept, "/generate", Map.of("seed", 1)))
                                .header("Content-Type"))
                .startsWith(type);
    }

    @Test
    void requestsThatDoNotFitLinesAreRefused() {
        assertProblem(
                api.send(accepting(CSV, "/generate", Map.of("viz", true))), 400, "out_of_range");
        assertProblem(
                api.send(accepting(CSV, "/generate", Map.of("count", 1_000_001))),
                400,
                "out_of_range");
        assertProblem(
                api.send(
                        accepting(CSV, "/generate", Map.of("count", 1))
                                .header("Idempotency-Key", "lines-1")),
                400,
                "out_of_range");
        assertProblem(
                api.send(accepting(CSV, "/generate", Map.of("pattern", "("))), 400, "invalid_text");
    }

    @Test
    void aHundredThousandNovelUniqueNames() throws IOException, InterruptedException {
        api.init("lines", Map.of("dataset", "names"));
        api.step("lines", 1000);
        Set<String> names = new HashSet<>();
        try (InputStream dataset = getClass().getResourceAsStream("/datasets/names.txt")) {
            new String(Objects.requireNonNull(dataset).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(names::add);
        }
        int count = 100_000;
        Map<String, ?> request =
                Map.of("count", count, "unique", true, "novel", true, "seed", 1, "temperature", 1);
        List<String> texts = lines("text/plain", "/generate", request);

        assertThat(texts).hasSize(count).noneMatch(names::contains);
        assertThat(new HashSet<>(texts)).hasSize(count);
    }

    @Test
    void clientThatStopsReadingCostsNothing() throws Exception {
        String body = "{\"count\": 1000000, \"temperature\": 1}";
        try (RawClient reader = RawClient.connect(api.port())) {
            reader.send(
                    ("POST /api/v1"
                                    + PATH
                                    + "/generate HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Accept: text/csv\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: %d\r\n\r\n%s")
                            .formatted(body.length(), body));
            assertThat(reader.head(Duration.ofSeconds(10))).startsWith("HTTP/1.1 200");
            // with the buffers of the connection full, no more texts are drawn
            await().until(this::keepsItsVersion);
        }
    }

    private boolean keepsItsVersion() throws InterruptedException {
        String version = api.get(PATH).header("ETag");
        TimeUnit.MILLISECONDS.sleep(500);
        return api.get(PATH).header("ETag").equals(version);
    }

    @Test
    void failureInTheMiddleIsTold() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (String type : List.of(JSON, CSV)) {
            train();
            HttpRequest request =
                    accepting(type, "/generate", Map.of("count", 1_000_000, "temperature", 1))
                            .timeout(Duration.ofSeconds(30))
                            .build();
            HttpResponse<InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).isNotNull();
                api.delete(PATH).ok();
                if (type.equals(CSV)) {
                    assertThatThrownBy(() -> lines.lines().forEach(_ -> {}))
                            .hasRootCauseInstanceOf(IOException.class);
                } else {
                    String last = lines.lines().reduce((_, line) -> line).orElseThrow();
                    assertThat(Json.parse(last).path("error").path("code").stringValue())
                            .isEqualTo("not_found");
                }
            }
        }
    }

    // ---- score

    @Test
    void scoresAnyNumberOfTextsInOrder() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            texts.add(i % 2 == 0 ? "emma" : "bbb");
        }
        List<String> csv = lines(CSV, "/score", Map.of("texts", texts));

        assertThat(csv).hasSize(3001);
        assertThat(csv.get(1)).startsWith("emma,").endsWith(",false");
        assertThat(csv.get(2)).startsWith("bbb,").endsWith(",true");
        assertThat(new HashSet<>(csv)).hasSize(3);
    }

    @Test
    void scoresTheLinesOfAText() {
        Reply reply =
                api.send(
                        api.body(
                                        PATH + "/score",
                                        "text/plain",
                                        BodyPublishers.ofString("emma\n\n  bbb\r\ne\u00df!\n"))
                                .header("Accept", JSON));
        List<JsonNode> lines = reply.body().lines().map(Json::parse).toList();

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0).path("text").stringValue()).isEqualTo("emma");
        assertThat(lines.get(0).path("known").booleanValue()).isTrue();
        assertThat(lines.get(1).path("text").stringValue()).isEqualTo("bbb");
        assertThat(lines.get(2).path("unknown").stringValue()).isEqualTo("\u00df");
        assertThat(lines.get(2).has("bitsPerCharacter")).isFalse();
        assertThat(lines.get(3).path("end").path("count").intValue()).isEqualTo(3);
    }

    @Test
    void aLineOfPlainTextHasNoLineBreaks() {
        TextLine line = new TextLine.Generated("a\nb\rc", false, null, null, null);

        assertThat(line.plain()).isEqualTo("a b c");
    }

    @Test
    void plainScoresAreReadyToSort() {
        List<String> lines = lines("text/plain", "/score", Map.of("texts", List.of("emma", "bbb")));

        assertThat(lines.get(0)).matches("\\d+\\.\\d+\temma");
        assertThat(lines.get(1)).matches("\\d+\\.\\d+\tbbb");
    }
}
