package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

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
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Tests downloading and uploading models as safetensors files.
@ServiceTest
final class CheckpointTest {

    private static final String PATH = "/sessions/kept/checkpoint";
    private static final String COPY = "/sessions/restored";

    private final Api api;

    CheckpointTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.delete(COPY);
        init("tensor", "mulberry32");
    }

    private void init(String engine, String random) {
        api.init(
                "kept",
                Map.of(
                        "text",
                        Api.SIX_NAMES + "\nzoë 🦙",
                        "engine",
                        engine,
                        "random",
                        random,
                        "nEmbd",
                        8,
                        "nHead",
                        2,
                        "batchSize",
                        2));
    }

    private HttpResponse<byte[]> download() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(api.request(PATH).build(), BodyHandlers.ofByteArray());
        }
    }

    private byte[] file() throws Exception {
        HttpResponse<byte[]> response = download();
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private Reply put(byte[] file, String query) {
        return api.send(
                api.request(COPY + "/checkpoint" + query)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(file)));
    }

    private static ObjectNode header(byte[] file) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return (ObjectNode) Json.parse(new String(file, 8, length, StandardCharsets.UTF_8));
    }

    private static byte[] data(byte[] file) {
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(file, 8 + length, file.length);
    }

    /// Returns a file with another header and without a digest.
    private static byte[] file(ObjectNode header, byte[] data) {
        if (header.path("__metadata__") instanceof ObjectNode metadata) {
            metadata.remove("sha256");
        }
        byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    @ParameterizedTest
    @CsvSource({"tensor, mulberry32", "tensor, python", "scalar, mulberry32", "scalar, python"})
    void aRestoredModelContinuesExactlyAsTheOriginal(String engine, String random)
            throws Exception {
        init(engine, random);
        api.step("kept", 25);
        api.patch("/sessions/kept", Map.of("learningRate", 0.02)).ok();
        api.post("/sessions/kept/generate", Map.of("count", 3)).ok();
        api.step("kept", 5);
        Reply reply = put(file(), "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/api/v1" + COPY);
        JsonNode view = reply.json();
        assertThat(view.path("step").longValue()).isEqualTo(30);
        assertThat(view.path("options")).isEqualTo(api.view("kept").path("options"));

        api.step("kept", 20);
        api.step("restored", 20);
        assertThat(api.losses("restored"))
                .containsExactly(Arrays.copyOfRange(api.losses("kept"), 30, 50));
        Map<String, Integer> five = Map.of("count", 5);
        assertThat(api.post(COPY + "/generate", five).ok())
                .isEqualTo(api.post("/sessions/kept/generate", five).ok());
        JsonNode buckets = api.get(COPY + "/losses?maxPoints=3").ok();
        assertThat(buckets.path("from").longValue()).isEqualTo(31);
        assertProblem(api.get(COPY + "/embeddings?step=29"), 400, "out_of_range").hasMin(30);
        assertThat(api.get(COPY + "/embeddings?step=30").status()).isEqualTo(200);
        assertThat(Json.write(api.get(COPY + "/history").ok().path("events")))
                .contains("\"kind\":\"restored\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void aFileSaysItsArchitecture(String preset) throws Exception {
        api.init("kept", Map.of("text", Api.SIX_NAMES, "preset", preset));
        api.step("kept", 20);
        assertThat(put(file(), "").status()).isEqualTo(201);
        assertThat(api.view("restored").path("options"))
                .isEqualTo(api.view("kept").path("options"));
        assertThat(api.step("restored", 5).path("loss"))
                .isEqualTo(api.step("kept", 5).path("loss"));
    }

    private List<JsonNode> validationsAfter(String name, long step) {
        return api.get("/sessions/" + name + "/validation")
                .ok()
                .path("losses")
                .valueStream()
                .filter(loss -> loss.path("step").longValue() > step)
                .toList();
    }

    /// They are the last ones of the training order, which is in the file.
    @Test
    void aRestoredModelHoldsOutTheSameDocuments() throws Exception {
        api.init("kept", Map.of("text", Api.SIX_NAMES, "validation", 2, "validateEvery", 5));
        api.step("kept", 20);
        assertThat(put(file(), "").status()).isEqualTo(201);

        api.step("kept", 20);
        api.step("restored", 20);
        assertThat(api.losses("restored"))
                .containsExactly(Arrays.copyOfRange(api.losses("kept"), 20, 40));
        assertThat(validationsAfter("restored", 20))
                .hasSize(4)
                .isEqualTo(validationsAfter("kept", 20));
    }

    @Test
    void refusesAnArchitectureThatItDoesNotKnow() throws Exception {
        for (String[] change :
                new String[][] {
                    {"position", "spiral", "the option position cannot be \"spiral\""},
                    {"memory", "infinite", "has an option 'memory', which this version does not"},
                }) {
            ObjectNode header = header(file());
            ObjectNode metadata = header.withObject("__metadata__");
            ObjectNode options = (ObjectNode) Json.parse(metadata.path("options").stringValue());
            metadata.put("options", Json.write(options.put(change[0], change[1])));
            assertProblem(put(file(header, data(file())), ""), 400, "invalid_checkpoint")
                    .hasDetail(change[2]);
        }
    }

    @Test
    void theFileHasTheDocumentedFormat() throws Exception {
        api.step("kept", 3);
        HttpResponse<byte[]> response = download();
        byte[] file = response.body();
        ObjectNode header = header(file);

        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("application/octet-stream");
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(file.length);
        JsonNode metadata = header.path("__metadata__");
        assertThat(response.headers().firstValue("ETag"))
                .hasValue('"' + metadata.path("sha256").stringValue() + '"');
        assertThat(metadata.path("step").stringValue()).isEqualTo("3");
        assertThat(metadata.path("alphabet").stringValue()).endsWith("ë🦙");
        JsonNode wte = header.path("wte");
        int vocabSize = api.view("kept").path("vocabSize").intValue();
        assertThat(wte.path("dtype").stringValue()).isEqualTo("F32");
        assertThat(Json.ints(wte.path("shape"))).containsExactly(vocabSize, 8);
        float[] values = new float[vocabSize * 8];
        ByteBuffer.wrap(data(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        double[] expected =
                Json.doubles(api.get("/sessions/kept/parameters/wte").ok().path("values"));
        for (int i = 0; i < values.length; i++) {
            assertThat((double) values[i]).isEqualTo(expected[i]);
        }
        for (String name : List.of("adam.m.wpe", "adam.v.layer0.mlp_fc2", "random", "order")) {
            assertThat(header.has(name)).as(name).isTrue();
        }
    }

    @Test
    void theDigestMatchesTheContent() throws Exception {
        HttpResponse<byte[]> reply = download();
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(reply.body());

        assertThat(reply.headers().firstValue("Content-Digest"))
                .hasValue("sha-256=:%s:".formatted(Base64.getEncoder().encodeToString(sha256)));
    }

    @Test
    void theSameStateGivesTheSameFile() throws Exception {
        api.step("kept", 3);
        byte[] first = file();
        assertThat(Arrays.equals(file(), first)).isTrue();
        put(first, "").ok();
        api.step("kept", 1);
        assertThat(Arrays.equals(file(), first)).isFalse();
    }

    @Test
    void anExistingSessionIsReplacedOnlyOnRequest() throws Exception {
        api.step("kept", 7);
        byte[] file = file();
        api.initSixNames("restored");
        api.step("restored", 2);
        assertProblem(put(file, ""), 409, "exists");
        assertThat(api.view("restored").path("step").longValue()).isEqualTo(2);
        assertThat(put(file, "?overwrite=true").status()).isEqualTo(200);
        assertThat(api.view("restored").path("step").longValue()).isEqualTo(7);
    }

    /// Returns a file as another program would write it, with the weights alone.
    private byte[] weightsOnly() throws Exception {
        byte[] file = file();
        ObjectNode header = header(file);
        for (String name : List.copyOf(header.propertyNames())) {
            if (name.startsWith("adam.")
                    || List.of("__metadata__", "random", "order", "documents", "merges")
                            .contains(name)) {
                header.remove(name);
            }
        }
        long end =
                header.valueStream()
                        .mapToLong(tensor -> tensor.path("data_offsets").path(1).asLong(0))
                        .max()
                        .orElseThrow();
        return file(header, Arrays.copyOf(data(file), (int) end));
    }

    /// The options of an architecture come with the query.
    @Test
    void weightsOfAnotherArchitectureAreRead() throws Exception {
        Map<String, ?> llama =
                Map.of("text", Api.SIX_NAMES, "preset", "llama", "blockSize", 12, "kvHeads", 2);
        api.init("kept", llama);
        api.step("kept", 30);
        byte[] weights = weightsOnly();
        String alphabet = header(file()).path("__metadata__").path("alphabet").stringValue();

        assertProblem(put(weights, "?alphabet=" + alphabet), 400, "invalid_checkpoint");
        Reply reply = put(weights, "?preset=llama&kvHeads=2&blockSize=12&alphabet=" + alphabet);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        Map<String, Object> texts = Map.of("texts", List.of("emma", "bob"));
        assertThat(api.post(COPY + "/score", texts).ok())
                .isEqualTo(api.post("/sessions/kept/score", texts).ok());
    }

    @Test
    void weightsTakeTheBytePairsOfADataset() throws Exception {
        api.init("kept", Map.of("dataset", "names", "tokenizer", "bpe", "vocabSize", 300));
        byte[] weights = weightsOnly();

        assertProblem(put(weights, "?tokenizer=bpe"), 400, "invalid_checkpoint");
        Reply reply = put(weights, "?tokenizer=bpe&dataset=names&vocabSize=300");
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(api.get(COPY + "/tokenizer").ok())
                .isEqualTo(api.get("/sessions/kept/tokenizer").ok());
        Map<String, ?> texts = Map.of("texts", List.of("emma"));
        assertThat(api.post(COPY + "/score", texts).ok())
                .isEqualTo(api.post("/sessions/kept/score", texts).ok());
    }

    @Test
    void refusesTokensThatItDoesNotKnowOrThatCannotBe() throws Exception {
        api.init("kept", Map.of("text", "anna\nhanna", "tokenizer", "bpe", "vocabSize", 260));
        byte[] file = file();
        ObjectNode header = header(file);
        ObjectNode metadata = (ObjectNode) header.path("__metadata__");
        String options = metadata.path("options").stringValue();

        assertThat(header.path("merges").path("shape")).hasToString("[3,3]");
        assertThat(metadata.has("alphabet")).isFalse();
        metadata.put("options", options.replace("bpe", "words"));
        assertProblem(put(file(header, data(file)), ""), 400, "invalid_checkpoint")
                .hasDetail("tokenizer")
                .hasDetail("words");
        metadata.put("options", options.replace("bpe", "chars"));
        assertProblem(put(file(header, data(file)), ""), 400, "invalid_checkpoint");
        metadata.put("options", options.replace("260", "259"));
        assertProblem(put(file(header, data(file)), ""), 400, "invalid_checkpoint")
                .hasDetail("merges");
        metadata.put("options", options);
        byte[] damaged = data(file);
        int merges = header.path("merges").path("data_offsets").get(0).intValue();
        damaged[merges + 1] = 1; // the left token of the first merge is 256 and more
        assertProblem(put(file(header, damaged), ""), 400, "out_of_range").hasField("merges");
        assertThat(put(file(header, data(file)), "").status()).isEqualTo(201);
    }

    @Test
    void weightsAloneGiveAModelThatAnswersQueries() throws Exception {
        api.step("kept", 30);
        String alphabet = header(file()).path("__metadata__").path("alphabet").stringValue();
        String encoded = URLEncoder.encode(alphabet, StandardCharsets.UTF_8);
        byte[] weights = weightsOnly();

        assertProblem(put(weights, ""), 400, "invalid_checkpoint");
        assertProblem(put(weights, "?nHead=3&alphabet=" + encoded), 400, "out_of_range");
        Reply reply = put(weights, "?nHead=2&alphabet=" + encoded);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        Map<String, Object> texts = Map.of("texts", List.of("emma", "zoë"));
        assertThat(api.post(COPY + "/score", texts).ok())
                .isEqualTo(api.post("/sessions/kept/score", texts).ok());
        assertProblem(api.post(COPY + "/step"), 409, "not_loaded");
        assertProblem(api.post(COPY + "/runs", Map.of("steps", 5)), 409, "not_loaded");
        assertProblem(put(file(), "?nHead=2&overwrite=true"), 400, "invalid_checkpoint");
    }

    @Test
    void rejectsAShapeThatDiffersFromTheFile() throws Exception {
        String alphabet = header(file()).path("__metadata__").path("alphabet").stringValue();
        String query = "?nHead=2&alphabet=" + URLEncoder.encode(alphabet, StandardCharsets.UTF_8);
        int vocabSize = api.view("kept").path("vocabSize").intValue();
        Map<String, Integer> shape =
                Map.of("nEmbd", 8, "nLayer", 1, "blockSize", 16, "vocabSize", vocabSize);
        byte[] weights = weightsOnly();
        byte[] whole = file();

        StringBuilder right = new StringBuilder();
        shape.forEach(
                (field, actual) -> {
                    String wrong = "&" + field + "=99";
                    for (Reply reply :
                            List.of(put(weights, query + wrong), put(whole, "?" + wrong))) {
                        assertProblem(reply, 400, "out_of_range")
                                .hasField(field)
                                .hasValue(99)
                                .hasMin(actual)
                                .hasMax(actual);
                    }
                    right.append('&').append(field).append('=').append(actual);
                });
        assertThat(put(weights, query + right).status()).isEqualTo(201);
        assertThat(put(whole, "?overwrite=true" + right).status()).isEqualTo(200);
    }

    @Test
    void readsAFileOfTheReferenceImplementation() throws Exception {
        byte[] reference;
        try (var in = getClass().getResourceAsStream("/safetensors/reference.safetensors")) {
            reference = Objects.requireNonNull(in).readAllBytes();
        }

        assertThat(put(reference, "?alphabet=ab&nHead=2").status()).isEqualTo(201);

        int number = 0;
        for (JsonNode matrix : api.get(COPY + "/parameters").ok().path("matrices")) {
            String path = COPY + "/parameters/" + matrix.path("name").stringValue();
            for (double value : Json.flat(api.get(path).ok().path("values"))) {
                assertThat(value).as(path).isEqualTo((number++ % 17 - 8) / 64.0);
            }
        }
        assertThat(number).isEqualTo(248);
    }

    @Test
    void rejectsAFileTruncatedAnywhere() throws Exception {
        byte[] file = file();
        int header = file.length - data(file).length;
        for (int length = 0; length < file.length; length += length < header ? 31 : 4999) {
            assertProblem(put(Arrays.copyOf(file, length), ""), 400, "invalid_checkpoint");
        }
        assertProblem(put(Arrays.copyOf(file, file.length - 1), ""), 400, "invalid_checkpoint");
        assertProblem(put(Arrays.copyOf(file, file.length + 1), ""), 400, "invalid_checkpoint");
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void rejectsAFileWithAnyByteChanged() throws Exception {
        byte[] file = file();
        int header = file.length - data(file).length;
        for (int i = 0; i < file.length; i += i < header ? 31 : 4999) {
            byte[] damaged = file.clone();
            damaged[i] ^= 1;
            int status = put(damaged, "").status();
            assertThat(status).as("byte " + i).isIn(400, 413);
        }
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void rejectsHostileHeaders() throws Exception {
        byte[] file = file();
        byte[] data = data(file);
        for (String change :
                new String[] {
                    "{\"wte\":{\"dtype\":\"I64\"}}",
                    "{\"wte\":{\"dtype\":\"I32\"}}",
                    "{\"wte\":{\"shape\":[9223372036854775807,8]}}",
                    "{\"wte\":{\"shape\":[-1,8]}}",
                    "{\"wte\":{\"shape\":[1e3,8]}}",
                    "{\"wte\":{\"shape\":8}}",
                    "{\"wte\":{\"data_offsets\":[0,9223372036854775807]}}",
                    "{\"wte\":{\"data_offsets\":[4,8]}}",
                    "{\"wpe\":{\"data_offsets\":[0,512]}}",
                    "{\"wpe\":{\"shape\":[1000000000,8],\"data_offsets\":[0,32000000000]}}",
                    "{\"other\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                    "{\"__metadata__\":{\"step\":\"-1\"}}",
                    "{\"__metadata__\":{\"step\":\"x\"}}",
                    "{\"__metadata__\":{\"nextDocument\":\"99\"}}",
                    "{\"__metadata__\":{\"alphabet\":\"ab\"}}",
                    "{\"__metadata__\":{\"options\":\"{}\"}}",
                    "{\"__metadata__\":{\"options\":5}}",
                    "{\"__metadata__\":{\"format\":\"microgpt-2\"}}"
                }) {
            ObjectNode header = header(file);
            Json.parse(change)
                    .forEachEntry(
                            (name, fields) -> header.withObject(name).setAll((ObjectNode) fields));
            Reply reply = put(file(header, data), "");
            assertThat(reply.status()).as(change + reply.body()).isEqualTo(400);
        }
        assertThat(put(file(header(file), data), "").status()).isEqualTo(201); // unchanged
    }

    @Test
    void rejectsHugeModelsBeforeReadingThem() throws Exception {
        byte[] file = file();
        ObjectNode header = header(file);
        String options = header.path("__metadata__").path("options").stringValue();
        ((ObjectNode) header.path("__metadata__"))
                .put("options", options.replace("\"nEmbd\":8", "\"nEmbd\":1000000000"));
        assertProblem(put(file(header, data(file)), ""), 400, "out_of_range");
        byte[] longHeader =
                ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 60).array();
        assertProblem(put(longHeader, ""), 400, "invalid_checkpoint");
    }

    /// Such a session could be created, but its checkpoint could never be written.
    @Test
    void rejectsNumbersTooLargeForTheEngine() throws Exception {
        init("scalar", "mulberry32");
        byte[] file = file();
        byte[] data = data(file);
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, 1e300);
        ObjectNode header = header(file);
        assertThat(put(file(header, data), "").status()).isEqualTo(201);
        String options = header.path("__metadata__").path("options").stringValue();
        ((ObjectNode) header.path("__metadata__"))
                .put("options", options.replace("scalar", "tensor"));

        assertProblem(put(file(header, data), "?overwrite=true"), 400, "out_of_range");
    }

    @Test
    void rejectsNumbersThatAreNotFinite() throws Exception {
        byte[] file = file();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            byte[] data = data(file);
            ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(400, bad);
            assertProblem(put(file(header(file), data), ""), 400, "invalid_checkpoint");
        }
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void aSessionWithoutModelHasNoCheckpoint() {
        api.init("kept", Map.of());
        assertProblem(api.get(PATH), 409, "not_loaded");
        assertProblem(api.get("/sessions/nobody/checkpoint"), 404, "not_found");
        assertProblem(
                api.send(
                        api.request(COPY + "/checkpoint")
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{}"))),
                415,
                "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain"})
    void namesTheContentTypeOfCheckpoints(String type) {
        var body = BodyPublishers.ofString("{}");

        assertProblem(
                        api.send(api.body(COPY + "/checkpoint", type, body).PUT(body)),
                        415,
                        "unsupported_media_type")
                .hasValue(type)
                .hasDetail("must have Content-Type: application/octet-stream");
    }
}
