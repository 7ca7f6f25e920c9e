package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.Map;
import java.util.concurrent.CompletionException;

/// A message may arrive in parts, and may have at most 1 MB.
@ServiceTest
final class MessageSizeTest extends LiveSession {

    private static final String NAME = "message-size";

    MessageSizeTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("text", Api.SIX_NAMES));
    }

    @Test
    void acceptsMessageInParts() {
        for (int i = 0; i < 2; i++) {
            live.sendPart("{\"type\": \"generate\", ");
            live.sendPart("\"prompt\": \"ali");
            live.sendPart("\", \"session\": \"message");
            live.sendText("-size\"}");

            assertThat(live.next("generated").path("samples").size()).isEqualTo(1);
        }
    }

    @Test
    void closesOnPartsThatAreTooLargeInTotal() {
        try {
            for (int i = 0; i < 20; i++) {
                live.sendPart(" ".repeat(100_000));
            }
        } catch (CompletionException _) {
            // closed before everything was sent
        }

        assertThat(live.awaitClose()).isEqualTo(1009);
    }

    @Test
    void acceptsMessageOfNearlyOneMegabyte() {
        String text = "abcdefgh\\n".repeat(99_990);
        live.sendText(
                "{\"type\":\"init\",\"session\":\"message-size\",\"overwrite\":true,\"text\":\""
                        + text
                        + "\"}");

        assertThat(live.next("ready").path("numDocs").intValue()).isEqualTo(99_990);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_050_000, 8_000_000})
    void closesOnLargerMessage(int size) {
        try {
            live.sendText("{\"type\":\"stop\",\"session\":\"%s\"}".formatted("a".repeat(size)));
        } catch (CompletionException _) {
            // closed before everything was sent
        }

        assertThat(live.awaitClose()).isEqualTo(1009);
        assertThat(api.view(NAME).path("state").stringValue()).isEqualTo("ready");
    }

    @Test
    void sizeIsCountedInBytes() {
        try {
            live.sendText("{\"type\":\"stop\",\"session\":\"" + "€".repeat(700_000) + "\"}");
        } catch (CompletionException _) {
            // closed before everything was sent
        }

        assertThat(live.awaitClose()).isEqualTo(1009);
    }
}
