package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;

/// Tests that invalid texts are rejected, and that the documents loaded before remain.
@ServiceTest
final class InvalidTextTest extends UnchangedSession {

    private static final String NAME = "invalid-text";
    private static final String LOAD = "/sessions/invalid-text/load";

    InvalidTextTest(@LocalServerPort int port) {
        super(port, NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "\r\n \t\r\n\u00A0\n\uFEFF"})
    void rejectsBlankText(String text) {
        assertProblem(api.postText(LOAD, text), 400, "invalid_text").hasField("text");
        assertProblem(api.post(LOAD, Map.of("text", text)), 400, "invalid_text").hasField("text");
        assertProblem(
                        api.post(
                                "/sessions/invalid-text/init?overwrite=true", Map.of("text", text)),
                        400,
                        "invalid_text")
                .hasField("text");
    }

    @Test
    void reportsTheOffsetOfMalformedBytes() {
        assertProblem(loadBytes('a', 'b', '\n', 0xFF, 'c'), 400, "invalid_text")
                .hasField("text")
                .hasDetail("offset 3");
    }

    @Test
    void reportsTheOffsetOfMalformedBytesInLongText() {
        byte[] text = new byte[200_000];
        java.util.Arrays.fill(text, (byte) 'a');
        text[150_000] = (byte) 0xC0;
        Reply reply = api.send(api.body(LOAD, "text/plain", BodyPublishers.ofByteArray(text)));

        assertProblem(reply, 400, "invalid_text").hasDetail("offset 150000");
    }

    @Test
    void rejectsCharacterCutOffAtTheEnd() {
        assertProblem(loadBytes('a', 0xF0, 0x9F, 0x98), 400, "invalid_text").hasDetail("offset 1");
    }

    @Test
    void rejectsSurrogateEncodedInUtf8() {
        assertProblem(loadBytes('a', 'b', 0xED, 0xA0, 0x80, 'c'), 400, "invalid_text")
                .hasDetail("offset 2");
    }

    @Test
    void rejectsLoneSurrogateInJson() {
        assertProblem(api.postJson(LOAD, "{\"text\": \"ab\\ud83dc\"}"), 400, "invalid_text")
                .hasField("text")
                .hasDetail("2");
    }

    @Test
    void rejectsMalformedBytesInJson() {
        byte[] json = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xFF, '"', '}'};
        Reply reply =
                api.send(api.body(LOAD, "application/json", BodyPublishers.ofByteArray(json)));

        assertThat(reply.json().path("code").stringValue()).isIn("invalid_text", "malformed_json");
        assertThat(reply.status()).isEqualTo(400);
    }

    private Reply loadBytes(int... text) {
        byte[] bytes = new byte[text.length];
        for (int i = 0; i < text.length; i++) {
            bytes[i] = (byte) text[i];
        }
        return api.send(api.body(LOAD, "text/plain", BodyPublishers.ofByteArray(bytes)));
    }
}
