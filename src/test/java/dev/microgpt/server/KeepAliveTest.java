package dev.microgpt.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.RawClient;
import dev.microgpt.support.RawWebSocket;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.time.Duration;

/// Tests connections that are used for many requests.
@ServiceTest
final class KeepAliveTest {

    private static final int REQUESTS = 250;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final int port;

    KeepAliveTest(@LocalServerPort int port) {
        this.port = port;
    }

    /// A `Connection: close` beside the `Connection: upgrade` would make clients refuse the handshake.
    @Test
    void webSocketHandshakeSucceedsAfterAnyNumberOfRequests() throws IOException {
        for (int requests : new int[] {0, 98, 99, 100, REQUESTS}) {
            try (RawClient client = RawClient.connect(port)) {
                for (int i = 0; i < requests; i++) {
                    client.send("HEAD /api/v1/limits HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    assertThat(client.head(TIMEOUT))
                            .startsWith("HTTP/1.1 200")
                            .doesNotContainIgnoringCase("connection: close");
                }
                client.send(RawWebSocket.handshakeRequest(port));
                assertThat(client.head(TIMEOUT))
                        .as("after %d requests", requests)
                        .startsWith("HTTP/1.1 101")
                        .contains("Connection: upgrade")
                        .doesNotContain("Connection: close");
            }
        }
    }
}
