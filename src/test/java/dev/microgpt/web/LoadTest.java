package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Tests loading texts in the forms in which clients send them.
@ServiceTest
final class LoadTest {

    private static final String NAME = "load";
    private static final String LOAD = "/sessions/load/load";

    private final Api api;

    LoadTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createEmptySession() {
        api.init(NAME, Map.of());
    }

    private void assertSixNames(Reply reply) {
        JsonNode view = reply.ok();
        assertThat(view.path("state").stringValue()).isEqualTo("ready");
        assertThat(view.path("numParams").intValue()).isEqualTo(3840);
        assertThat(view.path("vocabSize").intValue()).isEqualTo(16);
        assertThat(view.path("numDocs").intValue()).isEqualTo(6);
        assertThat(api.view(NAME)).isEqualTo(view);
    }

    /// `curl --data-binary` declares a form, and `curl -H 'Content-Type:'` no type.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "text/plain; charset=utf-8",
                "text/plain;charset=\"UTF-8\"",
                "application/x-www-form-urlencoded"
            })
    void acceptsTextWithItsCommonContentTypes(String type) {
        assertSixNames(api.send(api.body(LOAD, type, BodyPublishers.ofString(Api.SIX_NAMES))));
    }

    @Test
    void acceptsTextWithoutContentType() {
        assertSixNames(api.send(api.request(LOAD).POST(BodyPublishers.ofString(Api.SIX_NAMES))));
    }

    @Test
    void acceptsFormContentTypeTogetherWithQuery() {
        var form = "application/x-www-form-urlencoded";
        var text = "a=b&overwrite=false\nc%20d";
        var reply =
                api.send(api.body(LOAD + "?overwrite=true", form, BodyPublishers.ofString(text)));

        assertThat(reply.ok().path("numDocs").intValue()).isEqualTo(2);
        assertThat(reply.ok().path("vocabSize").intValue())
                .isEqualTo(1 + (int) text.chars().filter(c -> c != '\n').distinct().count());
    }

    @Test
    void acceptsTextInJson() {
        assertSixNames(api.post(LOAD, Map.of("text", Api.SIX_NAMES)));
    }

    @Test
    void acceptsChunkedUploadWithoutLength() {
        byte[] text = Api.SIX_NAMES.getBytes(StandardCharsets.UTF_8);
        var body = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text));

        assertSixNames(api.send(api.body(LOAD, "text/plain", body)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded"})
    void acceptsLargeUpload(String type) {
        byte[] text = "abcdefg\n".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        var body = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text));

        JsonNode view = api.send(api.body(LOAD, type, body)).ok();
        assertThat(view.path("numDocs").intValue()).isEqualTo(1 << 20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice\r\nbob\r\ncharlie\r\ndavid\r\nemma\r\nfrank\r\n",
                "\uFEFFalice\nbob\ncharlie\ndavid\nemma\nfrank",
                "\n\n  alice\t\nbob \n\u00A0charlie\u3000\n \ndavid\nemma\nfrank\n\n"
            })
    void trimsLinesAndDropsBlankOnes(String text) {
        assertSixNames(api.postText(LOAD, text));
    }

    @Test
    void countsEmojiAsOneCharacter() {
        JsonNode view = api.postText(LOAD, "😀a\n👍🏽b").ok();

        assertThat(view.path("vocabSize").intValue()).isEqualTo(6);
        JsonNode embeddings = api.get("/sessions/load/embeddings").ok();
        assertThat(embeddings.valueStream().map(e -> e.path("char").stringValue()))
                .containsExactly("a", "b", "🏽", "👍", "😀", "<BOS>");
        JsonNode step = api.post("/sessions/load/step").ok();
        assertThat(step.path("doc").stringValue()).isIn("😀a", "👍🏽b");
        JsonNode sample =
                api.post("/sessions/load/generate", Map.of("prompt", "👍"))
                        .ok()
                        .path("samples")
                        .get(0);
        assertThat(sample.path("text").stringValue()).startsWith("👍");
        assertThat(sample.path("tokens").get(0).intValue()).isEqualTo(3);
    }

    @Test
    void cutsLongDocumentsForTraining() {
        api.postText(LOAD, "x".repeat(40)).ok();
        JsonNode step = api.post("/sessions/load/step").ok();

        assertThat(step.path("vizData").size()).isEqualTo(16);
        assertThat(step.path("tokens").size()).isEqualTo(42);
    }

    @Test
    void loadingTwiceEqualsLoadingOnce() {
        api.postText(LOAD, Api.SIX_NAMES).ok();
        double[] losses = lossesOfTwoSteps();
        String text = sample();

        api.init(NAME, Map.of());
        api.postText(LOAD, "something else").ok();
        sample(); // draws from the session's generator
        api.postText(LOAD, Api.SIX_NAMES).ok();
        assertThat(lossesOfTwoSteps()).containsExactly(losses);
        assertThat(sample()).isEqualTo(text);

        api.postText(LOAD + "?overwrite=true", Api.SIX_NAMES).ok();
        assertThat(lossesOfTwoSteps()).containsExactly(losses);
        assertThat(sample()).isEqualTo(text);
    }

    private double[] lossesOfTwoSteps() {
        api.step(NAME, 2);
        return api.losses(NAME);
    }

    private String sample() {
        Map<String, ?> request = Map.of("temperature", 1, "count", 3);
        return api.post("/sessions/load/generate", request).ok().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/octet-stream",
                "application/xml",
                "text/html",
                "text/plain; charset=iso-8859-1",
                "text/plain; charset=utf-16",
                "text/plain; charset=nonsense",
                "multipart/form-data; boundary=x",
                "nonsense"
            })
    void rejectsOtherContentTypes(String type) {
        Reply reply = api.send(api.body(LOAD, type, BodyPublishers.ofString(Api.SIX_NAMES)));

        assertProblem(reply, 415, "unsupported_media_type");
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("created");
    }

    @Test
    void rejectsUnknownDataset() {
        assertProblem(api.post(LOAD, Map.of("dataset", "rivers")), 404, "not_found")
                .hasField("dataset")
                .hasValue("rivers")
                .hasDetail("names");
    }

    /// Also of a session that has trained, for which a valid request would be a conflict.
    @Test
    void requiresEitherTextOrDataset() {
        api.postText(LOAD, Api.SIX_NAMES).ok();
        api.step(NAME, 2);
        for (String json :
                new String[] {"", " ", "{}", "{\"text\": \"a\", \"dataset\": \"names\"}"}) {
            assertProblem(api.postJson(LOAD, json), 400, "invalid_text")
                    .hasField("text")
                    .hasDetail("either text or dataset");
        }
        assertProblem(api.post(LOAD, Map.of("text", "")), 400, "invalid_text");
        assertProblem(api.post(LOAD, Map.of("dataset", "rivers")), 404, "not_found");
        assertProblem(
                api.send(api.body(LOAD, "image/png", BodyPublishers.ofString("a"))),
                415,
                "unsupported_media_type");
        assertThat(api.view(NAME).path("step").intValue()).isEqualTo(2);
    }
}
