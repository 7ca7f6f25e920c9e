package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tests that clients that disconnect during a response cause no warnings.
@Isolated
final class DisconnectedClientTest {

    private static final class Warnings extends ListAppender<ILoggingEvent> {

        private Warnings() {
            list = new CopyOnWriteArrayList<>();
        }

        List<String> messages() {
            return list.stream()
                    .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }
    }

    private static void hangUpEarly(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setReceiveBufferSize(1024);
            socket.setSoLinger(true, 0); // sends a reset on close
            socket.getOutputStream()
                    .write(
                            (request + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
        }
    }

    @Test
    void nothingIsLogged(@TempDir Path data) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Warnings warnings = new Warnings();
        try (LocalService service = LocalService.start(data);
                HttpClient client = HttpClient.newHttpClient()) {
            Api api = service.api();
            api.init("big", Map.of("dataset", "names", "nEmbd", 128));
            api.step("big", 100);
            warnings.start();
            root.addAppender(warnings);
            String checkpoint = "/api/v1/sessions/big/checkpoint";
            var get = client.send(api.root(checkpoint).build(), BodyHandlers.ofByteArray());
            var head = client.send(api.root(checkpoint).HEAD().build(), BodyHandlers.discarding());

            assertThat(head.statusCode()).isEqualTo(200);
            for (String name : new String[] {"Content-Length", "ETag", "Content-Digest"}) {
                assertThat(head.headers().firstValue(name))
                        .isPresent()
                        .isEqualTo(get.headers().firstValue(name));
            }
            for (int i = 0; i < 5; i++) {
                hangUpEarly(api.port(), "HEAD " + checkpoint);
                hangUpEarly(api.port(), "GET " + checkpoint);
                hangUpEarly(api.port(), "GET /api/v1/sessions/big/parameters/wte");
                hangUpEarly(api.port(), "GET /v3/api-docs");
            }
        } finally {
            root.detachAppender(warnings);
        }
        assertThat(warnings.messages())
                .isEmpty(); // the service has stopped, so all requests have ended
    }
}
