package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;
import dev.microgpt.support.ZipFiles;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Tests downloading sessions as bundles, and restoring them.
@ServiceTest
final class BundleTest {

    private static final String NAME = "bundled";
    private static final String PATH = "/sessions/" + NAME;
    private static final String COPY_NAME = "unpacked";
    private static final String COPY = "/sessions/" + COPY_NAME;
    private static final String TEXT = Api.SIX_NAMES + "\nzoë 🦙";

    private final Api api;

    BundleTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.delete(COPY);
        init(Map.of("text", TEXT, "nEmbd", 8, "validation", 2, "validateEvery", 10));
    }

    private void init(Map<String, ?> options) {
        api.init(NAME, options);
    }

    /// Trains with a run, a change of options and texts from the session's generator.
    private void train() {
        api.step(NAME, 25);
        api.patch(PATH, Map.of("learningRate", 0.02, "schedule", "cosine")).ok();
        JsonNode run = api.post(PATH + "/runs", Map.of("steps", 20)).ok();
        String path = PATH + "/runs/" + run.path("id").longValue();
        await().atMost(Duration.ofSeconds(20)).until(() -> api.get(path).ok().has("endedAt"));
        api.post(PATH + "/generate", Map.of("count", 3)).ok();
    }

    private HttpResponse<byte[]> download(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(api.request(path).build(), BodyHandlers.ofByteArray());
        }
    }

    private byte[] bundle() throws IOException, InterruptedException {
        HttpResponse<byte[]> response = download(PATH + "/bundle");
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private Reply put(byte[] file, String query) {
        return api.send(
                api.request(COPY + "/bundle" + query)
                        .header("Content-Type", "application/zip")
                        .PUT(BodyPublishers.ofByteArray(file)));
    }

    private void restore(byte[] file) {
        Reply reply = put(file, "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/api/v1" + COPY);
    }

    /// Returns a bundle in which the manifest has the digests of the files.
    private static byte[] packed(Map<String, byte[]> files) throws Exception {
        ObjectNode manifest = (ObjectNode) Json.parse(text(files, "manifest.json"));
        ObjectNode contents = manifest.putObject("files");
        files.forEach(
                (name, bytes) -> {
                    if (!name.equals("manifest.json")) {
                        contents.putObject(name)
                                .put("bytes", bytes.length)
                                .put("sha256", sha256(bytes));
                    }
                });
        files.put("manifest.json", bytes(Json.write(manifest)));
        return ZipFiles.pack(files);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(files.get(name), StandardCharsets.UTF_8);
    }

    // ---- restore

    @ParameterizedTest
    @CsvSource({
        "tensor, mulberry32, adam",
        "tensor, python, muon",
        "scalar, mulberry32, adam",
        "scalar, python, sgd"
    })
    void aRestoredSessionContinuesExactlyAsTheOriginal(
            String engine, String random, String optimizer) throws Exception {
        init(
                Map.of(
                        "text",
                        TEXT,
                        "engine",
                        engine,
                        "random",
                        random,
                        "optimizer",
                        optimizer,
                        "nEmbd",
                        4,
                        "batchSize",
                        2,
                        "validation",
                        2,
                        "validateEvery",
                        10));
        train();
        restore(bundle());
        assertSameState(45);

        assertThat(api.step(COPY_NAME, 50)).isEqualTo(api.step(NAME, 50));
        Map<String, Integer> five = Map.of("count", 5);
        assertThat(api.post(COPY + "/generate", five).ok())
                .isEqualTo(api.post(PATH + "/generate", five).ok());
        assertSameState(95);
    }

    private void assertSameState(long step) throws IOException, InterruptedException {
        JsonNode view = api.view(COPY_NAME);
        assertThat(view.path("step").longValue()).isEqualTo(step);
        assertThat(view.path("options")).isEqualTo(api.view(NAME).path("options"));
        assertThat(api.losses(COPY_NAME)).isEqualTo(api.losses(NAME)).hasSize((int) step);
        assertThat(api.get(COPY + "/validation").ok())
                .isEqualTo(api.get(PATH + "/validation").ok());
        assertThat(download(COPY + "/checkpoint").body())
                .isEqualTo(download(PATH + "/checkpoint").body());
    }

    @Test
    void theHistoryIsRestored() throws Exception {
        train();
        restore(bundle());
        JsonNode original = api.get(PATH + "/history").ok();
        JsonNode restored = api.get(COPY + "/history").ok();

        int events = original.path("events").size();
        assertThat(restored.path("events").valueStream().limit(events).toList())
                .isEqualTo(original.path("events").valueStream().toList());
        assertThat(restored.path("events").get(events).path("kind").stringValue())
                .isEqualTo("restored");
        assertThat(restored.path("schedule").get(0)).isEqualTo(original.path("schedule").get(0));
        assertThat(restored.path("samples").get(3)).isEqualTo(original.path("samples").get(3));
        assertThat(restored.path("validation")).isEqualTo(original.path("validation"));
        assertThat(Json.ints(api.get(COPY + "/keyframes").ok().path("steps"))).containsExactly(45);
        assertProblem(api.get(COPY + "/embeddings?step=44"), 400, "out_of_range").hasMin(45);
    }

    @Test
    void aSessionThatTrainsIsSavedAsOfOneStep() throws Exception {
        // so slow that it never comes to more steps than a response may hold
        init(Map.of("text", TEXT, "nEmbd", 32, "batchSize", 16));
        JsonNode run = api.post(PATH + "/runs", Map.of("steps", 1_000_000, "numSteps", 1000)).ok();
        await().atMost(Duration.ofSeconds(20)).until(() -> api.losses(NAME).length > 50);
        restore(bundle());
        api.post(PATH + "/runs/" + run.path("id").longValue() + "/cancel").ok();

        double[] restored = api.losses(COPY_NAME);
        assertThat(restored).isEqualTo(Arrays.copyOf(api.losses(NAME), restored.length));
        api.step(COPY_NAME, 50);
        api.step(NAME, restored.length + 50); // so that it has come at least as far
        double[] continued = api.losses(COPY_NAME);
        assertThat(continued).isEqualTo(Arrays.copyOf(api.losses(NAME), continued.length));
    }

    @Test
    void aSessionThatHasContinuedKeepsTheValidationLossesOfItsDocuments() throws Exception {
        train();
        api.send(
                api.body(
                        PATH + "/load?continue=true&grow=true",
                        "text/plain",
                        BodyPublishers.ofString("anna\nbea\ncora\nxenia")));
        api.step(NAME, 20);
        restore(bundle());

        JsonNode original = api.get(PATH + "/validation").ok();
        JsonNode restored = api.get(COPY + "/validation").ok();
        assertThat(restored.path("best")).isEqualTo(original.path("best"));
        assertThat(restored.path("losses").get(0).path("step").longValue()).isGreaterThan(45);
        assertThat(api.step(COPY_NAME, 50)).isEqualTo(api.step(NAME, 50));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void architecturesAndBytePairsAreRestored(String preset) throws Exception {
        init(
                Map.of(
                        "dataset",
                        "names",
                        "preset",
                        preset,
                        "nEmbd",
                        8,
                        "tokenizer",
                        "bpe",
                        "vocabSize",
                        300));
        api.step(NAME, 3);
        restore(bundle());

        assertThat(api.step(COPY_NAME, 2)).isEqualTo(api.step(NAME, 2));
    }

    @Test
    void aModelWithoutDocumentsIsRestored() throws Exception {
        byte[] weights =
                Files.readAllBytes(Path.of("src/test/resources/safetensors/reference.safetensors"));
        assertThat(
                        api.send(
                                        api.request(PATH + "/checkpoint?overwrite=true&alphabet=ab")
                                                .header("Content-Type", "application/octet-stream")
                                                .PUT(BodyPublishers.ofByteArray(weights)))
                                .status())
                .isEqualTo(200);
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        assertThat(files).doesNotContainKey("documents.txt");
        restore(ZipFiles.pack(files));

        Map<String, Integer> seeded = Map.of("count", 3, "seed", 1);
        assertThat(api.post(COPY + "/generate", seeded).ok())
                .isEqualTo(api.post(PATH + "/generate", seeded).ok());
    }

    @Test
    void aSessionIsReplacedOnlyWithOverwrite() throws Exception {
        train();
        byte[] file = bundle();
        api.initSixNames(COPY_NAME);
        api.step(COPY_NAME, 3);

        assertProblem(put(file, ""), 409, "exists");
        Reply none =
                api.send(
                        api.request(COPY + "/bundle?overwrite=true")
                                .header("Content-Type", "application/zip")
                                .header("If-None-Match", "*")
                                .PUT(BodyPublishers.ofByteArray(file)));
        assertProblem(none, 412, "stale");
        assertThat(put(file, "?overwrite=true").status()).isEqualTo(200);
        assertSameState(45);
        assertThat(api.get(COPY + "/history").ok().path("events").get(0))
                .isEqualTo(api.get(PATH + "/history").ok().path("events").get(0));
    }

    // ---- content

    @Test
    void theFilesAreReadable() throws Exception {
        train();
        HttpResponse<byte[]> response = download(PATH + "/bundle");
        Map<String, byte[]> files = ZipFiles.unpack(response.body());

        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/zip");
        assertThat(response.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"bundled.zip\"");
        assertThat(files.keySet())
                .containsExactly(
                        "manifest.json",
                        "README.md",
                        "options.json",
                        "documents.txt",
                        "losses.csv",
                        "history.json",
                        "checkpoint.safetensors");
        assertThat(text(files, "documents.txt")).isEqualTo(TEXT + "\n");
        assertThat(text(files, "losses.csv"))
                .isEqualTo(
                        api.send(api.request(PATH + "/losses").header("Accept", "text/csv"))
                                .body());
        assertThat(Json.parse(text(files, "history.json")))
                .isEqualTo(api.get(PATH + "/history").ok());
        assertThat(Json.parse(text(files, "options.json")).path("learningRate").doubleValue())
                .isEqualTo(0.02);
        assertThat(files.get("checkpoint.safetensors"))
                .isEqualTo(download(PATH + "/checkpoint").body());
        assertThat(text(files, "README.md")).contains("# bundled", "after step 45", "losses.csv");
        JsonNode manifest = Json.parse(text(files, "manifest.json"));
        assertThat(manifest.path("format").stringValue()).isEqualTo("microgpt-bundle-1");
        assertThat(manifest.path("name").stringValue()).isEqualTo(NAME);
        assertThat(manifest.path("step").longValue()).isEqualTo(45);
        files.forEach(
                (name, bytes) -> {
                    if (!name.equals("manifest.json")) {
                        JsonNode content = manifest.path("files").path(name);
                        assertThat(content.path("bytes").longValue()).isEqualTo(bytes.length);
                        assertThat(content.path("sha256").stringValue()).isEqualTo(sha256(bytes));
                    }
                });
    }

    @Test
    void aBundledDatasetIsNamed() throws Exception {
        init(Map.of("dataset", "names"));
        Map<String, byte[]> files = ZipFiles.unpack(bundle());

        assertThat(files).doesNotContainKey("documents.txt");
        assertThat(Json.parse(text(files, "manifest.json")).path("dataset").stringValue())
                .isEqualTo("names");
        assertThat(text(files, "README.md")).contains("dataset `names`");
        restore(ZipFiles.pack(files));
        assertThat(api.view(COPY_NAME).path("numDocs").intValue()).isEqualTo(32257);
    }

    @Test
    void onlyLoadedSessionsHaveABundle() {
        assertProblem(api.get("/sessions/nobody/bundle"), 404, "not_found");
        api.init(COPY_NAME, Map.of());
        assertProblem(api.get(COPY + "/bundle"), 409, "not_loaded");
    }

    // ---- refused bundles

    private void assertRefused(byte[] file, String detail) {
        assertProblem(put(file, ""), 400, "invalid_bundle").hasDetail(detail);
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void filesMayBeInAnyOrder() throws Exception {
        train();
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        Map<String, byte[]> reversed = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(files.keySet());
        names.reversed().forEach(name -> reversed.put(name, files.get(name)));

        restore(ZipFiles.pack(reversed));
    }

    @Test
    void whatIsNotAZipFileIsRefused() throws Exception {
        assertRefused(bytes("not a zip file"), "not a ZIP file");
        assertRefused(new byte[0], "not a ZIP file");
        assertRefused(download(PATH + "/checkpoint").body(), "not a ZIP file");
        byte[] file = bundle();
        for (int length : new int[] {40, file.length / 3, file.length / 2}) {
            assertProblem(put(Arrays.copyOf(file, length), ""), 400, "invalid_bundle");
        }
        for (int at = 60; at < file.length / 2; at += 97) {
            byte[] damaged = file.clone();
            damaged[at] ^= 0x55;
            int status = put(damaged, "").status();
            assertThat(status).as("byte " + at).isIn(201, 400, 413); // a time does not matter
            assertThat(api.delete(COPY).status()).isEqualTo(status == 201 ? 204 : 404);
        }
    }

    @Test
    void onlyTheFilesOfABundleAreAllowed() throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        for (String name :
                List.of("../losses.csv", "/etc/passwd", "a/losses.csv", "notes.txt", "", "a/")) {
            Map<String, byte[]> more = ZipFiles.unpack(bundle());
            more.put(name, new byte[0]);
            assertRefused(packed(more), "'" + name + "'");
        }
        assertRefused(ZipFiles.twice(files, "losses.csv"), "losses.csv of the bundle: the file is");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"manifest.json", "losses.csv", "history.json", "checkpoint.safetensors"})
    void aMissingFileIsRefused(String name) throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        files.remove(name);

        assertRefused(ZipFiles.pack(files), name + " of the bundle: the file is missing");
    }

    @Test
    void aMissingFileOfTheManifestIsRefused() throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        files.remove("documents.txt");

        assertRefused(ZipFiles.pack(files), "some are missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "options.json", "documents.txt", "losses.csv"})
    void aChangedFileIsRefused(String name) throws Exception {
        api.step(NAME, 3);
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        byte[] changed = Objects.requireNonNull(files.get(name));
        changed[changed.length - 2] = (byte) (changed[changed.length - 2] == '1' ? '2' : '1');

        assertRefused(ZipFiles.pack(files), name + " of the bundle: its size and SHA-256");
    }

    @Test
    void anotherVersionOfTheFormatIsRefused() throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        files.put("manifest.json", bytes("{\"format\": \"microgpt-bundle-2\", \"new\": 1}"));

        assertRefused(ZipFiles.pack(files), "but is 'microgpt-bundle-2'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "step,loss\\n1,2.5\\n3,2.5\\n | line 3, '3,2.5', is not of step 2",
                "step,loss\\n1,NaN\\n | has no finite loss",
                "step,loss\\n1,x\\n | has no finite loss",
                "step,loss\\n0,1\\n | does not begin with a step",
                "step,loss\\nloss\\n | is not a step and a loss",
                "loss\\n | the first line must be 'step,loss'",
                "step,loss\\n1,2.5\\n | the last loss is of step 1, but the checkpoint is of step 3"
            })
    void wrongLossesAreRefused(String losses, String detail) throws Exception {
        api.step(NAME, 3);
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        files.put("losses.csv", bytes(losses.replace("\\n", "\n")));

        assertRefused(packed(files), detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{}",
                "{\"events\":[]}",
                "{\"events\":[null],\"schedule\":[],\"samples\":[]}",
                "{\"events\":[{\"step\":0,\"kind\":\"loaded\"}],\"schedule\":[],\"samples\":[]}",
                "{\"events\":[{\"step\":0,\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"made\"}],\"schedule\":[],\"samples\":[]}",
                "{\"events\":[],\"schedule\":[{\"fromStep\":0,\"nEmbd\":4}],\"samples\":[]}",
                "{\"events\":[],\"schedule\":[{\"fromStep\":0,\"learningRate\":\"x\"}],\"samples\":[]}",
                "{\"events\":[],\"schedule\":[{\"fromStep\":9,\"learningRate\":1}],\"samples\":[]}",
                "{\"events\":[],\"schedule\":[{\"fromStep\":0,\"learningRate\":-1}],\"samples\":[]}",
                "{\"events\":[],\"schedule\":[],\"samples\":[{\"step\":0,\"learningRate\":0,\"text\":\"\\ud800\",\"known\":false}]}",
                "{\"events\":[],\"schedule\":[],\"samples\":[],\"validation\":[{\"step\":-1,\"loss\":1}]}",
                "{\"events\":[],\"schedule\":[],\"samples\":[],\"other\":1}"
            })
    void aWrongHistoryIsRefused(String history) throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        files.put("history.json", bytes(history));

        assertThat(put(packed(files), "").status()).isEqualTo(400);
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void aDamagedCheckpointIsRefused() throws Exception {
        Map<String, byte[]> files = ZipFiles.unpack(bundle());
        byte[] checkpoint = Objects.requireNonNull(files.get("checkpoint.safetensors"));
        checkpoint[checkpoint.length / 2] ^= 1;

        assertRefused(packed(files), "checkpoint.safetensors of the bundle: ");
    }

    /// A file of zeros takes a thousandth of its size.
    @Test
    void aZipBombIsRefusedBeforeItIsUnpacked() throws Exception {
        for (String name : List.of("README.md", "history.json", "documents.txt", "losses.csv")) {
            byte[] bomb = ZipFiles.ofZeros(name, 1L << 28);
            assertThat(bomb.length).isLessThan(1 << 20);

            assertThat(put(bomb, "").status()).as(name).isIn(400, 413);
        }
        assertProblem(put(ZipFiles.ofZeros("README.md", 1L << 28), ""), 413, "too_large")
                .hasDetail("65536 bytes");
        assertThat(api.get(COPY).status()).isEqualTo(404);
    }

    @Test
    void otherTypesAreUnsupported() throws Exception {
        Reply reply =
                api.send(
                        api.request(COPY + "/bundle")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(bundle())));

        assertProblem(reply, 415, "unsupported_media_type");
    }
}
