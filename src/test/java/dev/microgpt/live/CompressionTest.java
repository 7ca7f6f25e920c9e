package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.RawWebSocket;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Messages are compressed only for clients that negotiate compression.
@ServiceTest
final class CompressionTest {

    private static final String NAME = "compression";
    private static final String SUBSCRIBE =
            "{\"type\": \"subscribe\", \"session\": \"%s\", \"fromStep\": 1}".formatted(NAME);

    private final Api api;

    CompressionTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames(NAME);
        api.step(NAME, 2_000);
    }

    @AfterEach
    void deleteSession() {
        api.delete("/sessions/" + NAME);
    }

    @Test
    void compressesIfNegotiated() throws Exception {
        try (RawWebSocket socket =
                RawWebSocket.connect(
                        api.port(),
                        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")) {
            assertThat(socket.handshake()).containsIgnoringCase("permessage-deflate");
            socket.sendText(SUBSCRIBE);
            Inflater inflater = new Inflater(true); // one for all messages, which share a window
            try {
                assertThat(inflate(socket, inflater).path("type").stringValue())
                        .isEqualTo("subscribed");
                for (int i = 1; i <= 3; i++) {
                    assertFrame(inflate(socket, inflater), i);
                    api.step(NAME, 1);
                }
            } finally {
                inflater.end();
            }
        }
    }

    private void assertFrame(JsonNode frame, int number) {
        double[] losses = api.losses(NAME);
        assertThat(frame.path("type").stringValue()).isEqualTo("frame");
        assertThat(frame.path("toStep").intValue()).isEqualTo(losses.length);
        if (number == 1) {
            assertThat(Json.doubles(frame.path("losses"))).containsExactly(losses);
        }
    }

    private static JsonNode inflate(RawWebSocket socket, Inflater inflater)
            throws IOException, DataFormatException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        RawWebSocket.Frame frame = socket.next();
        assertThat(frame.opcode()).isEqualTo(RawWebSocket.TEXT);
        assertThat(frame.compressed()).isTrue();
        compressed.write(frame.payload());
        while (!frame.last()) {
            frame = socket.next();
            compressed.write(frame.payload());
        }
        compressed.write(new byte[] {0, 0, -1, -1}); // ends every block, but is not transmitted
        inflater.setInput(compressed.toByteArray());
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (!inflater.needsInput()) {
            text.write(buffer, 0, inflater.inflate(buffer));
        }
        return Json.parse(text.toString(StandardCharsets.UTF_8));
    }

    @Test
    void doesNotCompressIfNotNegotiated() throws Exception {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            assertThat(socket.handshake()).doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
            socket.sendText(SUBSCRIBE);
            assertThat(text(socket).path("type").stringValue()).isEqualTo("subscribed");
            assertFrame(text(socket), 1);
        }
    }

    private static JsonNode text(RawWebSocket socket) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        RawWebSocket.Frame frame;
        do {
            frame = socket.next();
            assertThat(frame.compressed()).isFalse();
            text.write(frame.payload());
        } while (!frame.last());
        return Json.parse(text.toString(StandardCharsets.UTF_8));
    }
}
