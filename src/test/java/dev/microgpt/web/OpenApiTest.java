package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tests that the OpenAPI document describes every call correctly.
@ServiceTest
final class OpenApiTest {

    private static final String SESSION = "/api/v1/sessions/{name}";

    private final Api api;
    private final JsonNode document;

    OpenApiTest(@LocalServerPort int port) {
        api = new Api(port);
        document = api.send(api.root("/v3/api-docs")).ok();
    }

    private JsonNode operation(String method, String path) {
        return document.path("paths").path(path).path(method);
    }

    @ParameterizedTest
    @CsvSource({
        "get, /api/v1/sessions, 200, 400",
        "get, /api/v1/sessions/{name}, 200, 400 404",
        "delete, /api/v1/sessions/{name}, 204, 400 403 404",
        "post, /api/v1/sessions/{name}/init, 201, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/load, 200, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/step, 200, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/generate, 200, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/score, 200, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/inspect, 200, 400 403 404 409 413 415",
        "get, /api/v1/sessions/{name}/tokenizer, 200, 400 404 409",
        "post, /api/v1/sessions/{name}/tokenize, 200, 400 403 404 409 413 415",
        "get, /api/v1/sessions/{name}/losses, 200, 400 404 409",
        "get, /api/v1/sessions/{name}/heads, 200, 400 404 409",
        "post, /api/v1/sessions/{name}/probes, 200, 400 403 404 409 413 415",
        "get, /api/v1/sessions/{name}/validation, 200, 400 404 409",
        "get, /api/v1/sessions/{name}/embeddings, 200, 400 404 409",
        "get, /api/v1/sessions/{name}/config, 200, 400 404",
        "get, /api/v1/sessions/{name}/history, 200, 400 404",
        "get, /api/v1/sessions/{name}/keyframes, 200, 400 404",
        "get, /api/v1/sessions/{name}/checkpoint, 200, 400 404 409",
        "put, /api/v1/sessions/{name}/checkpoint, 201, 400 403 409 413 415",
        "get, /api/v1/sessions/{name}/bundle, 200, 400 404 409",
        "put, /api/v1/sessions/{name}/bundle, 201, 400 403 409 413 415",
        "get, /api/v1/sessions/{name}/events, 200, 400 404 409",
        "get, /api/v1/sessions/{name}/runs, 200, 400 404",
        "get, /api/v1/sessions/{name}/runs/{id}, 200, 400 404",
        "post, /api/v1/sessions/{name}/runs, 202, 400 403 404 409 413 415",
        "post, /api/v1/sessions/{name}/runs/{id}/pause, 200, 400 403 404 409",
        "post, /api/v1/sessions/{name}/fork, 201, 400 403 404 409 413 415",
        "patch, /api/v1/sessions/{name}, 200, 400 403 404 409 413 415",
        "get, /api/v1/datasets, 200, 500",
        "post, /api/v1/sessions/{name}/shares, 201, 400 403 404 413 415 429",
        "get, /api/v1/sessions/{name}/shares, 200, 400 404",
        "delete, /api/v1/sessions/{name}/shares/{share}, 204, 400 403 404",
        "get, /api/v1/limits, 200, 500"
    })
    void everyCallHasASummaryAndAllItsResponses(
            String method, String path, String success, String errors) {
        JsonNode operation = operation(method, path);

        assertThat(operation.path("summary").asString("")).as("summary").isNotBlank();
        JsonNode responses = operation.path("responses");
        assertThat(responses.propertyNames()).contains(success).contains(errors.split(" ", -1));
        for (String error : errors.split(" ", -1)) {
            JsonNode problem =
                    responses.path(error).path("content").path("application/problem+json");
            assertThat(problem.path("schema").path("$ref").asString("")).endsWith("/Problem");
            assertThat(responses.path(error).path("description").asString("")).isNotBlank();
        }
    }

    /// Linters check this, and client generators need it.
    @Test
    void everyCallHasAUniqueIdDescriptionsAndAKnownTag() {
        List<String> tags = new ArrayList<>();
        for (JsonNode tag : document.path("tags")) {
            tags.add(tag.path("name").stringValue());
            assertThat(tag.path("description").asString("")).as(tag.toString()).isNotBlank();
        }
        Set<String> names = new HashSet<>();
        for (JsonNode operation : operations()) {
            String name = operation.path("operationId").asString("");
            assertThat(name).matches("[a-z][A-Za-z]+");
            assertThat(names.add(name)).as(name + " is unique").isTrue();
            assertThat(operation.path("description").asString("")).as(name).isNotBlank();
            assertThat(operation.path("tags").valueStream().map(JsonNode::stringValue))
                    .as(name)
                    .hasSize(1)
                    .isSubsetOf(tags);
            for (JsonNode parameter : operation.path("parameters")) {
                assertThat(parameter.path("description").asString(""))
                        .as(name + ": " + parameter)
                        .isNotBlank();
            }
        }
        assertThat(document.path("info").path("license").path("url").asString("")).isNotBlank();
    }

    private List<JsonNode> operations() {
        List<JsonNode> operations = new ArrayList<>();
        document.path("paths").forEach(path -> path.forEach(operations::add));
        return operations;
    }

    @Test
    void everyComponentIsUsed() {
        String text = document.toString();

        assertThat(document.path("components").path("schemas").propertyNames())
                .allMatch(name -> text.contains("\"#/components/schemas/" + name + '"'));
    }

    @Test
    void examplesAndDefaultsHaveTheRightType() {
        document.path("components")
                .path("schemas")
                .forEachEntry(
                        (name, schema) ->
                                schema.path("properties")
                                        .forEachEntry(
                                                (field, property) ->
                                                        assertExamples(
                                                                name + "." + field, property)));
    }

    private void assertExamples(String where, JsonNode property) {
        for (String keyword : List.of("example", "default")) {
            if (property.has(keyword)) {
                Schemas.assertMatches(document, property, property.path(keyword), where);
            }
        }
    }

    /// Generated clients accept only what the document lists, which is problems here.
    @Test
    void clientsThatAcceptOnlyProblemsCanDeleteASession() {
        api.init("open-api-deleted", Map.of());
        HttpRequest.Builder delete =
                api.request("/sessions/open-api-deleted")
                        .header("Accept", "application/problem+json")
                        .DELETE();

        assertThat(api.send(delete).status()).isEqualTo(204);
        assertProblem(api.send(delete), 404, "not_found");
    }

    /// The client in src/client is generated from the document.
    @Test
    void writesTheDocumentForTheClientModule() throws IOException {
        Path file = Path.of("target", "openapi.json");
        Files.writeString(file, Json.write(document));

        assertThat(file).isNotEmptyFile();
    }

    @Test
    void describesNoOtherCalls() {
        assertThat(document.path("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/api/v1/sessions",
                        SESSION,
                        SESSION + "/init",
                        SESSION + "/load",
                        SESSION + "/step",
                        SESSION + "/generate",
                        SESSION + "/score",
                        SESSION + "/heads",
                        SESSION + "/probes",
                        SESSION + "/validation",
                        SESSION + "/inspect",
                        SESSION + "/tokenizer",
                        SESSION + "/tokenize",
                        SESSION + "/losses",
                        SESSION + "/embeddings",
                        SESSION + "/config",
                        SESSION + "/events",
                        SESSION + "/history",
                        SESSION + "/keyframes",
                        SESSION + "/checkpoint",
                        SESSION + "/bundle",
                        SESSION + "/parameters",
                        SESSION + "/parameters/{matrix}",
                        SESSION + "/parameters/{matrix}/histograms",
                        SESSION + "/anatomy",
                        SESSION + "/anatomy/tensors/{tensor}",
                        SESSION + "/anatomy/graph",
                        SESSION + "/positions",
                        SESSION + "/baselines",
                        SESSION + "/fork",
                        SESSION + "/runs",
                        SESSION + "/runs/{id}",
                        SESSION + "/runs/{id}/pause",
                        SESSION + "/runs/{id}/resume",
                        SESSION + "/runs/{id}/cancel",
                        SESSION + "/shares",
                        SESSION + "/shares/{share}",
                        "/api/v1/sweeps",
                        "/api/v1/sweeps/{name}",
                        "/api/v1/sweeps/{name}/pause",
                        "/api/v1/sweeps/{name}/resume",
                        "/api/v1/sweeps/{name}/cancel",
                        "/api/v1/documents/preview",
                        "/api/v1/datasets",
                        "/api/v1/limits",
                        "/api/v1/tickets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "init",
                "load",
                "step",
                "generate",
                "score",
                "inspect",
                "tokenize",
                "runs",
                "fork"
            })
    void requestsHaveExamples(String call) {
        JsonNode operation = operation("post", SESSION + "/" + call);
        JsonNode name =
                operation
                        .path("parameters")
                        .valueStream()
                        .filter(parameter -> parameter.path("in").asString("").equals("path"))
                        .findFirst()
                        .orElseThrow();
        JsonNode json = operation.path("requestBody").path("content").path("application/json");

        assertThat(name.path("name").stringValue()).isEqualTo("name");
        assertThat(name.path("example").asString("")).isNotBlank();
        assertThat(json.toString() + Schemas.resolve(document, json.path("schema")))
                .contains("\"example");
    }

    @Test
    void loadAcceptsPlainText() {
        JsonNode content = operation("post", SESSION + "/load").path("requestBody").path("content");

        assertThat(content.propertyNames()).contains("text/plain", "application/json");
    }

    @ParameterizedTest
    @CsvSource({
        "init, seed nEmbd nHead nLayer blockSize learningRate numSteps engine random batchSize"
                + " preset norm normGain normBias embeddingNorm finalNorm qkNorm activation mlpRatio"
                + " position tied biases kvHeads"
                + " optimizer beta1 beta2 epsilon weightDecay momentum schedule warmupSteps"
                + " minLearningRate gradientClip dropout labelSmoothing validation validateEvery"
                + " tokenizer vocabSize text dataset",
        "step, count viz",
        "generate, temperature count prompt topK topP seed viz known score nearest unique novel"
                + " minLength maxLength pattern exclude tries step"
    })
    void requestsHaveAllTheirFields(String call, String fields) {
        JsonNode body =
                operation("post", SESSION + "/" + call)
                        .path("requestBody")
                        .path("content")
                        .path("application/json")
                        .path("schema");

        assertThat(Schemas.resolve(document, body).path("properties").propertyNames())
                .containsExactlyInAnyOrder(fields.split(" ", -1));
    }

    @Test
    void repliesMatchTheirSchemas() {
        String path = "/sessions/open-api";
        api.init("open-api", Map.of());
        assertMatchesSchema("get", SESSION, "200", api.get(path));
        assertMatchesSchema(
                "post",
                SESSION + "/init",
                "201",
                api.post(path + "/init?overwrite=true", Map.of("text", Api.SIX_NAMES)));
        assertMatchesSchema("post", SESSION + "/load", "200", api.postText(path + "/load", "bob"));
        assertMatchesSchema("post", SESSION + "/step", "200", api.post(path + "/step"));
        assertMatchesSchema(
                "post",
                SESSION + "/generate",
                "200",
                api.post(path + "/generate", Map.of("viz", true)));
        assertMatchesSchema("get", SESSION + "/losses", "200", api.get(path + "/losses"));
        assertMatchesSchema(
                "get", SESSION + "/losses", "200", api.get(path + "/losses?maxPoints=3"));
        assertMatchesSchema("get", SESSION + "/heads", "200", api.get(path + "/heads"));
        assertMatchesSchema("get", SESSION + "/embeddings", "200", api.get(path + "/embeddings"));
        assertMatchesSchema("get", SESSION + "/tokenizer", "200", api.get(path + "/tokenizer"));
        assertMatchesSchema(
                "post",
                SESSION + "/tokenize",
                "200",
                api.post(path + "/tokenize", Map.of("text", "bob", "steps", true)));
        assertMatchesSchema("get", SESSION + "/config", "200", api.get(path + "/config"));
        assertMatchesSchema("get", SESSION + "/history", "200", api.get(path + "/history"));
        assertMatchesSchema("get", SESSION + "/keyframes", "200", api.get(path + "/keyframes"));
        assertMatchesSchema("get", SESSION + "/baselines", "200", api.get(path + "/baselines"));
        assertMatchesSchema("get", SESSION + "/positions", "200", api.get(path + "/positions"));
        assertMatchesSchema("get", SESSION + "/parameters", "200", api.get(path + "/parameters"));
        String matrix = "/parameters/{matrix}";
        assertMatchesSchema("get", SESSION + matrix, "200", api.get(path + "/parameters/wte"));
        assertMatchesSchema(
                "get",
                SESSION + matrix + "/histograms",
                "200",
                api.get(path + "/parameters/wte/histograms"));
        String anatomy = SESSION + "/anatomy";
        assertMatchesSchema("get", anatomy, "200", api.get(path + "/anatomy"));
        assertMatchesSchema(
                "get",
                anatomy + "/tensors/{tensor}",
                "200",
                api.get(path + "/anatomy/tensors/wte"));
        assertMatchesSchema("get", anatomy + "/graph", "200", api.get(path + "/anatomy/graph"));
        assertMatchesSchema("get", "/api/v1/sessions", "200", api.get("/sessions"));
        assertMatchesSchema("get", "/api/v1/limits", "200", api.get("/limits"));
        assertMatchesSchema("post", "/api/v1/tickets", "200", api.post("/tickets"));
        assertMatchesSchema("get", "/api/v1/datasets", "200", api.get("/datasets"));
    }

    private void assertMatchesSchema(String method, String path, String status, Reply reply) {
        JsonNode content = operation(method, path).path("responses").path(status).path("content");
        JsonNode schema = content.path("application/json").path("schema");

        Schemas.assertMatches(document, schema, reply.ok(), method + " " + path);
    }

    @Test
    void problemsMatchTheirSchema() {
        JsonNode schema = document.path("components").path("schemas").path("Problem");
        Reply reply = api.post("/sessions/open-api/init", Map.of("nEmbd", 0));

        Schemas.assertMatches(document, schema, reply.json(), "problem");
        assertThat(schema.path("properties").propertyNames())
                .contains(
                        "type", "title", "status", "detail", "code", "field", "value", "min",
                        "max");
    }
}
