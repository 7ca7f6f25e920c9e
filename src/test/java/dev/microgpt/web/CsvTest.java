package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Tests that replies in CSV have the numbers of those in JSON, to the digit.
@ServiceTest
final class CsvTest {

    private static final String PATH = "/sessions/csv";
    private static final String SWEEP = "csv-sweep";

    private final Api api;

    CsvTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    /// Makes a session with validation, a run and a change of its options.
    @BeforeEach
    void train() {
        api.init(
                "csv",
                Map.of(
                        "text",
                        Api.SIX_NAMES + "\n\"quoted\", zoë",
                        "nEmbd",
                        8,
                        "validation",
                        2,
                        "validateEvery",
                        5));
        api.step("csv", 20);
        api.patch(PATH, Map.of("learningRate", 0.02, "batchSize", 2)).ok();
        JsonNode run = api.post(PATH + "/runs", Map.of("steps", 20, "numSteps", 500)).ok();
        String path = PATH + "/runs/" + run.path("id").longValue();
        await().atMost(Duration.ofSeconds(20)).until(() -> api.get(path).ok().has("endedAt"));
    }

    private Reply get(String path, String type) {
        return api.send(api.request(path).header("Accept", type));
    }

    private List<List<String>> csv(String path) {
        Reply reply = get(path, "text/csv");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualTo("text/csv;charset=UTF-8");
        return table(reply.body());
    }

    private static List<List<String>> table(String text) {
        MappingIterator<String[]> rows =
                CsvMapper.builder()
                        .enable(CsvReadFeature.WRAP_AS_ARRAY)
                        .build()
                        .readerFor(String[].class)
                        .readValues(text);
        return rows.readAll().stream().map(List::of).toList();
    }

    /// Returns how fields of an object look in CSV.
    private static List<String> cells(JsonNode object, List<String> fields) {
        return fields.stream().map(field -> object.path(field).asString("")).toList();
    }

    /// Returns the text of a JSON reply's number at a place, as it was sent.
    private static String number(JsonNode value) {
        return Json.write(value);
    }

    private static List<List<String>> rows(JsonNode list, List<String> fields) {
        List<List<String>> rows = new ArrayList<>(List.of(fields));
        for (JsonNode entry : list) {
            rows.add(
                    fields.stream()
                            .map(field -> entry.path(field))
                            .map(value -> value.isNumber() ? number(value) : value.asString(""))
                            .toList());
        }
        return rows;
    }

    @Test
    void lossesHaveARowForEachStep() {
        JsonNode json = api.get(PATH + "/losses?from=7&to=31").ok();
        List<List<String>> csv = csv(PATH + "/losses?from=7&to=31");

        assertThat(csv.getFirst()).containsExactly("step", "loss");
        assertThat(csv.subList(1, csv.size()))
                .isEqualTo(
                        IntStream.range(0, 25)
                                .mapToObj(
                                        i ->
                                                List.of(
                                                        String.valueOf(7 + i),
                                                        number(json.path("losses").get(i))))
                                .toList());
    }

    @Test
    void bucketsOfLossesHaveTheirFields() {
        JsonNode json = api.get(PATH + "/losses?maxPoints=3").ok();

        assertThat(csv(PATH + "/losses?maxPoints=3"))
                .isEqualTo(
                        rows(
                                json.path("buckets"),
                                List.of("from", "to", "min", "mean", "max", "first", "last")));
    }

    @Test
    void validationHasARowForEachMeasurement() {
        JsonNode json = api.get(PATH + "/validation").ok();

        assertThat(csv(PATH + "/validation"))
                .isEqualTo(rows(json.path("losses"), List.of("step", "loss")));
    }

    @Test
    void historyIsOneTableOfItsLists() {
        JsonNode json = api.get(PATH + "/history").ok();
        List<List<String>> csv = csv(PATH + "/history");
        List<String> columns = csv.getFirst();

        assertThat(columns)
                .startsWith("list", "step", "at", "kind", "run")
                .contains("text", "known", "loss", "learningRate", "numSteps", "batchSize")
                .doesNotHaveDuplicates();
        for (String list : List.of("events", "schedule", "samples", "validation")) {
            List<List<String>> rows =
                    csv.stream().filter(row -> row.getFirst().equals(list)).toList();
            assertThat(rows).as(list).hasSameSizeAs(json.path(list));
            for (int i = 0; i < rows.size(); i++) {
                assertRow(columns, rows.get(i), json.path(list).get(i));
            }
        }
    }

    private static void assertRow(List<String> columns, List<String> row, JsonNode entry) {
        entry.forEachEntry(
                (field, value) -> {
                    if (value.isObject()) {
                        assertRow(columns, row, value); // the changes of options
                    } else {
                        String column = field.equals("fromStep") ? "step" : field;
                        assertThat(row.get(columns.indexOf(column)))
                                .as(field)
                                .isEqualTo(value.isNumber() ? number(value) : value.asString(""));
                    }
                });
    }

    @Test
    void keyframesHaveARowForEachStep() {
        List<String> steps =
                api.get(PATH + "/keyframes")
                        .ok()
                        .path("steps")
                        .valueStream()
                        .map(CsvTest::number)
                        .toList();
        List<List<String>> csv = csv(PATH + "/keyframes");

        assertThat(csv.getFirst()).containsExactly("step");
        assertThat(csv.stream().skip(1).map(List::getFirst)).isEqualTo(steps);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?step=8", "?step=best"})
    void embeddingsHaveARowForEachToken(String query) {
        JsonNode json = api.get(PATH + "/embeddings" + query).ok();
        Reply reply = get(PATH + "/embeddings" + query, "text/csv");
        List<List<String>> csv = table(reply.body());

        assertThat(reply.header("Microgpt-Step"))
                .isEqualTo(api.get(PATH + "/embeddings" + query).header("Microgpt-Step"));
        assertThat(csv.getFirst())
                .startsWith("tokenId", "char", "embedding0")
                .endsWith("embedding7");
        assertThat(csv).hasSize(1 + json.size());
        for (JsonNode token : json) {
            List<String> row = new ArrayList<>(cells(token, List.of("tokenId", "char")));
            token.path("embedding").forEach(value -> row.add(number(value)));
            assertThat(csv).contains(row);
        }
    }

    @Test
    void matricesAreListedAndHaveARowForEachRow() {
        JsonNode json = api.get(PATH + "/parameters").ok();
        assertThat(csv(PATH + "/parameters"))
                .isEqualTo(rows(json.path("matrices"), List.of("name", "rows", "columns")));

        JsonNode matrix = api.get(PATH + "/parameters/layer0.mlp_fc1?kind=gradient").ok();
        List<List<String>> csv = csv(PATH + "/parameters/layer0.mlp_fc1?kind=gradient");
        assertThat(csv.getFirst()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
        assertThat(csv.stream().skip(1).flatMap(List::stream))
                .isEqualTo(matrix.path("values").valueStream().map(CsvTest::number).toList());
        assertThat(csv).hasSize(1 + matrix.path("rows").intValue());
    }

    @Test
    void aSweepHasARowForEachTrial() {
        api.startSweep(
                SWEEP, Map.of("learningRate", List.of(0.01, 0.003), "nEmbd", List.of(8)), 20);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.get("/sweeps/" + SWEEP).ok().has("endedAt"));
        JsonNode trials = api.get("/sweeps/" + SWEEP).ok().path("trials");
        List<List<String>> csv = csv("/sweeps/" + SWEEP);

        assertThat(csv.getFirst())
                .containsExactly(
                        "rank",
                        "session",
                        "learningRate",
                        "nEmbd",
                        "state",
                        "step",
                        "loss",
                        "validationLoss",
                        "bestValidationLoss",
                        "bestStep",
                        "numParams",
                        "message");
        assertThat(trials).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonNode trial = trials.get(i);
            assertThat(csv.get(i + 1))
                    .containsExactly(
                            number(trial.path("rank")),
                            trial.path("session").stringValue(),
                            number(trial.path("options").path("learningRate")),
                            "8",
                            "completed",
                            "20",
                            number(trial.path("loss")),
                            number(trial.path("validationLoss")),
                            number(trial.path("bestValidationLoss")),
                            number(trial.path("bestStep")),
                            number(trial.path("numParams")),
                            "");
        }
        api.deleteSweep(SWEEP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "application/*, text/csv;q=0.5"})
    void jsonIsTheDefault(String accept) {
        Reply reply = get(PATH + "/losses", accept);

        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.ok().path("losses")).hasSize(40);
    }

    @Test
    void errorsAreProblems() {
        assertProblem(get(PATH + "/losses?from=41&to=99", "text/csv"), 400, "out_of_range");
        assertProblem(get("/sessions/nobody/losses", "text/csv"), 404, "not_found");
        assertProblem(get(PATH + "/losses?first=1", "text/csv"), 400, "unknown_field");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/config", "/baselines", "/runs", ""})
    void otherRepliesAreNotTables(String call) {
        assertProblem(get(PATH + call, "text/csv"), 406, "not_acceptable");
    }

    @Test
    void theOpenApiDocumentListsTheFormat() {
        JsonNode paths = api.send(api.root("/v3/api-docs")).ok().path("paths");

        for (String path :
                List.of(
                        "/sessions/{name}/losses",
                        "/sessions/{name}/history",
                        "/sessions/{name}/keyframes",
                        "/sessions/{name}/validation",
                        "/sessions/{name}/embeddings",
                        "/sessions/{name}/parameters",
                        "/sessions/{name}/parameters/{matrix}",
                        "/sweeps/{name}")) {
            JsonNode content =
                    paths.path("/api/v1" + path)
                            .path("get")
                            .path("responses")
                            .path("200")
                            .path("content");
            assertThat(content.propertyNames())
                    .as(path)
                    .containsExactlyInAnyOrder("application/json", "text/csv");
            assertThat(content.path("text/csv").path("schema").path("type").stringValue())
                    .isEqualTo("string");
        }
    }
}
