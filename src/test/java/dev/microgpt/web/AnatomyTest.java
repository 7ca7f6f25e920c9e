package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Tests the calls that dissect a training step, down to single numbers.
@ServiceTest
final class AnatomyTest {

    private static final String ANATOMY = "/sessions/apart/anatomy";

    private final Api api;

    AnatomyTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void train() {
        init(Map.of("engine", "scalar"));
        api.step("apart", 5);
    }

    private void init(Map<String, ?> options) {
        Map<String, Object> all = new HashMap<>(Map.of("nEmbd", 8, "text", Api.SIX_NAMES));
        all.putAll(options);
        api.init("apart", all);
    }

    private static JsonNode tensor(JsonNode anatomy, String name) {
        return anatomy.path("tensors")
                .valueStream()
                .filter(tensor -> tensor.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode graph(String query) {
        return api.get(ANATOMY + "/graph?" + query).ok();
    }

    @Test
    void dissectsTheStepThatTrainingMakesNext() {
        JsonNode anatomy = api.get(ANATOMY).ok();
        double[] after = Json.flat(api.get(ANATOMY + "/tensors/layer0.attn_wq").ok().path("after"));

        JsonNode step = api.post("/sessions/apart/step", Map.of("count", 1, "viz", "last")).ok();

        assertThat(anatomy.path("step").longValue()).isEqualTo(5);
        assertThat(anatomy.path("trains").longValue()).isEqualTo(6);
        assertThat(anatomy.path("loss").doubleValue())
                .isEqualTo(step.path("loss").doubleValue())
                .isEqualTo(tensor(anatomy, "loss").path("values").path(0).path(0).doubleValue());
        assertThat(Json.strings(anatomy.path("docs")))
                .containsExactly(step.path("doc").stringValue());
        assertThat(Json.ints(anatomy.path("tokens")))
                .containsExactly(Json.ints(step.path("tokens")));
        assertThat(anatomy.path("learningRate").doubleValue())
                .isEqualTo(step.path("learningRate").doubleValue());
        assertThat(after)
                .containsExactly(
                        Json.doubles(
                                api.get("/sessions/apart/parameters/layer0.attn_wq")
                                        .ok()
                                        .path("values")));
        assertThat(Json.doubles(tensor(anatomy, "embedding").path("values").path(0)))
                .containsExactly(Json.doubles(step.path("vizData").path(0).path("embedding")));
    }

    @Test
    void earlierStepsCanBeDissected() {
        Reply reply = api.get(ANATOMY + "?step=0");

        assertThat(reply.header("Microgpt-Step")).isEqualTo("0");
        assertThat(reply.ok().path("trains").longValue()).isEqualTo(1);
        assertThat(reply.ok().path("loss").doubleValue()).isEqualTo(api.losses("apart")[0]);
    }

    @Test
    void parameterGradientsEqualThoseOfTheStep() {
        double[] gradients =
                Json.doubles(
                        api.get("/sessions/apart/parameters/wte?kind=gradient")
                                .ok()
                                .path("values"));

        JsonNode wte = api.get(ANATOMY + "/tensors/wte").ok();

        assertThat(Json.flat(wte.path("gradients"))).containsExactly(gradients);
        assertThat(wte.has("formula")).isFalse();
        assertThat(wte.path("m").size()).isEqualTo(wte.path("values").size());
        JsonNode q = api.get(ANATOMY + "/tensors/layer0.attn_q").ok();
        assertThat(q.path("formula").stringValue()).isEqualTo("attn_wq · attn_norm");
        assertThat(q.has("m")).isFalse();
    }

    @Test
    void theEnginesAgree() {
        JsonNode agreement = api.get(ANATOMY).ok().path("agreement");

        assertThat(agreement.path("tensorLoss").doubleValue())
                .isCloseTo(agreement.path("scalarLoss").doubleValue(), within(1e-5));
        assertThat(agreement.path("gradientDifference").doubleValue()).isBetween(0.0, 1e-4);
    }

    @Test
    void dissectsASessionOfTheFastEngineToo() {
        init(Map.of("engine", "tensor"));
        api.step("apart", 5);
        JsonNode anatomy = api.get(ANATOMY).ok();

        double loss = api.step("apart", 1).path("loss").doubleValue();

        assertThat(anatomy.path("loss").doubleValue()).isCloseTo(loss, within(1e-5));
    }

    @Test
    void findsANumberByTensorRowAndColumn() {
        JsonNode anatomy = api.get(ANATOMY).ok();

        JsonNode graph = graph("tensor=layer0.attn_q&row=1&column=2");
        JsonNode node = graph.path("nodes").path(0);

        assertThat(node.path("id").intValue()).isEqualTo(graph.path("node").intValue());
        assertThat(node.path("tensor").stringValue()).isEqualTo("layer0.attn_q");
        assertThat(node.path("row").intValue()).isEqualTo(1);
        assertThat(node.path("column").intValue()).isEqualTo(2);
        JsonNode q = tensor(anatomy, "layer0.attn_q");
        assertThat(node.path("value").doubleValue())
                .isEqualTo(q.path("values").path(1).path(2).doubleValue());
        assertThat(node.path("gradient").doubleValue())
                .isEqualTo(q.path("gradients").path(1).path(2).doubleValue());
        assertThat(graph("node=" + node.path("id")).path("nodes").path(0)).isEqualTo(node);
        assertThat(graph.path("numNodes").intValue())
                .isEqualTo(anatomy.path("numNodes").intValue());
    }

    @Test
    void walksFromANumberToAParameterAndBack() {
        JsonNode node = graph("tensor=layer0.attn_q&row=1&column=2").path("nodes").path(0);
        List<Integer> way = new ArrayList<>();
        while (!node.path("operands").isEmpty()) {
            way.add(node.path("id").intValue());
            node = node(node.path("operands").path(0).path("id").intValue());
        }
        assertThat(node.path("tensor").stringValue()).isEqualTo("layer0.attn_wq");
        assertThat(node.path("row").intValue()).isEqualTo(2);
        assertThat(node.path("update").path("before").doubleValue())
                .isEqualTo(node.path("value").doubleValue());

        for (int above : way.reversed()) {
            int id = node.path("id").intValue();
            assertThat(idsOf(graph("direction=up&node=" + id))).contains(above);
            node = node(above);
        }
        assertThat(node.path("tensor").stringValue()).isEqualTo("layer0.attn_q");
    }

    private JsonNode node(int id) {
        return graph("limit=1&node=" + id).path("nodes").path(0);
    }

    private static List<Integer> idsOf(JsonNode graph) {
        return graph.path("nodes").valueStream().map(node -> node.path("id").intValue()).toList();
    }

    @Test
    void pagesBelowTheLossContainAllNumbersConsistently() {
        Map<Integer, JsonNode> nodes = new HashMap<>();
        JsonNode page = graph("limit=1000");
        int root = page.path("node").intValue();
        while (true) {
            page.path("nodes").forEach(node -> nodes.put(node.path("id").intValue(), node));
            if (!page.has("nextCursor")) {
                break;
            }
            page = graph("limit=1000&cursor=" + page.path("nextCursor"));
        }

        Map<Integer, Double> gradients = new HashMap<>(Map.of(root, 1.0));
        for (JsonNode node : nodes.values()) {
            assertThat(result(node, nodes)).isEqualTo(node.path("value").doubleValue());
            for (JsonNode operand : node.path("operands")) {
                gradients.merge(
                        operand.path("id").intValue(),
                        operand.path("localGradient").doubleValue()
                                * node.path("gradient").doubleValue(),
                        Double::sum);
            }
        }
        assertThat(nodes).hasSizeGreaterThan(1000);
        nodes.forEach(
                (id, node) ->
                        assertThat(node.path("gradient").doubleValue())
                                .isCloseTo(gradients.get(id), within(1e-12)));
    }

    private static double value(Map<Integer, JsonNode> nodes, int id) {
        return Objects.requireNonNull(nodes.get(id)).path("value").doubleValue();
    }

    private static double result(JsonNode node, Map<Integer, JsonNode> nodes) {
        List<Double> operands =
                node.path("operands")
                        .valueStream()
                        .map(o -> value(nodes, o.path("id").intValue()))
                        .toList();
        return switch (node.path("op").stringValue()) {
            case "add" -> operands.get(0) + operands.get(1);
            case "mul" -> operands.get(0) * operands.get(1);
            case "pow" -> StrictMath.pow(operands.get(0), node.path("exponent").doubleValue());
            case "log" -> StrictMath.log(operands.get(0));
            case "exp" -> StrictMath.exp(operands.get(0));
            case "relu" -> Math.max(0, operands.get(0));
            default -> node.path("value").doubleValue();
        };
    }

    @Test
    void dissectsOneDocumentOfABatch() {
        init(Map.of("engine", "scalar", "batchSize", 3));
        JsonNode last = api.get(ANATOMY).ok();
        JsonNode first = api.get(ANATOMY + "?document=0").ok();

        assertThat(last.path("document").intValue()).isEqualTo(2);
        assertThat(last.path("docs").size()).isEqualTo(3);
        assertThat(first.path("tokens")).isNotEqualTo(last.path("tokens"));
        assertThat(first.path("loss")).isEqualTo(last.path("loss"));
        assertThat(tensor(first, "share").path("values").path(0).path(0).doubleValue())
                .isCloseTo(
                        tensor(first, "loss").path("values").path(0).path(0).doubleValue() / 3,
                        within(1e-12));
        assertThat(api.get(ANATOMY + "/tensors/wte?document=0").ok())
                .isEqualTo(api.get(ANATOMY + "/tensors/wte").ok());
    }

    @ParameterizedTest
    @CsvSource({
        "?step=6, step",
        "?step=-1, step",
        "?document=1, document",
        "?document=-1, document",
        "/graph?limit=0, limit",
        "/graph?limit=1001, limit",
        "/graph?cursor=-1, cursor",
        "/graph?node=-1, node",
        "/graph?node=2000000000, node",
        "/graph?direction=sideways, direction",
        "/graph?tensor=wte&row=99, row",
        "/graph?tensor=wte&row=-1, row",
        "/graph?tensor=wte&column=8, column",
    })
    void rejectsValuesOutOfRange(String query, String field) {
        assertProblem(api.get(ANATOMY + query), 400, "out_of_range").hasField(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tensors/wqe", "/graph?tensor=wqe"})
    void unknownTensorsAreNotFound(String query) {
        assertProblem(api.get(ANATOMY + query), 404, "not_found").hasField("tensor");
    }

    @Test
    void rejectsAStepWithTooManyNumbers() {
        init(Map.of("nEmbd", 256, "nLayer", 4, "text", "x".repeat(200)));

        assertProblem(api.get(ANATOMY), 400, "out_of_range").hasField("graphNodes").hasMax(2000000);
    }

    @Test
    void aSessionWithoutDocumentsHasNoNextStep() {
        api.post("/sessions/apart/init?overwrite=true", Map.of());

        assertProblem(api.get(ANATOMY), 409, "not_loaded");
    }

    @Test
    void dissectingChangesNothing() {
        String before = api.get("/sessions/apart").header("ETag");
        api.get(ANATOMY).ok();
        graph("");

        assertThat(api.get("/sessions/apart").header("ETag")).isEqualTo(before);
    }
}
