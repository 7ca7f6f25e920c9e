package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Heap;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.RawWebSocket;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;

/// Nothing that a client of the live stream does affects the others.
@Isolated
final class HostileClientsTest {

    private static final String NAME = "hostile";
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static final int TOO_BIG = 1009;
    private static final int READERS = 1000;
    private static final int MB = 1 << 20;

    @TempDir static Path data;
    private static LocalService service;
    private static Api api;
    private static long heapBefore;

    @BeforeAll
    static void start() {
        service =
                LocalService.start(
                        data,
                        "--microgpt.limits.connections=" + (READERS + 100),
                        "--microgpt.live.send-timeout=1s");
        api = service.api();
        api.initSixNames(NAME);
        heapBefore = Heap.used();
    }

    @AfterAll
    static void stop() {
        long grown = Heap.used() - heapBefore;
        service.close();
        assertThat(grown).isLessThan(150L * MB);
    }

    @AfterEach
    void assertOthersAreServed() {
        assertServed();
        assertThat(api.get("/sessions").ok().path("sessions").size()).isEqualTo(1);
    }

    /// Makes calls over HTTP and WebSocket, which fail after the timeout of the clients.
    private static void assertServed() {
        assertThat(api.view(NAME).path("numDocs").intValue()).isEqualTo(6);
        try (Live live = Live.connect(api.port())) {
            live.send("getConfig", "session", NAME);
            live.next("config");
        }
    }

    /// Returns the code of the close frame, and skips the frames before it.
    private static int closeCode(RawWebSocket socket) throws IOException {
        while (true) {
            RawWebSocket.Frame frame = socket.next();
            if (frame.opcode() == RawWebSocket.CLOSE) {
                return frame.closeCode();
            }
        }
    }

    private static byte[] spaces(int count) {
        byte[] result = new byte[count];
        Arrays.fill(result, (byte) ' ');
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {MB + 1, 5 * MB})
    void tooLargeMessage(int size) throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            sendWhileOpen(socket, RawWebSocket.LAST | RawWebSocket.TEXT, spaces(size), 1);
            assertThat(closeCode(socket)).isEqualTo(TOO_BIG);
        }
    }

    /// Sends frames until the service closes the connection.
    private static void sendWhileOpen(RawWebSocket socket, int first, byte[] payload, int times) {
        try {
            for (int i = 0; i < times; i++) {
                socket.sendFrame(first, payload);
            }
        } catch (IOException _) {
            // closed
        }
    }

    @Test
    void endlessMessage() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            socket.sendFrame(RawWebSocket.TEXT, spaces(100));
            sendWhileOpen(socket, RawWebSocket.CONTINUATION, spaces(20_000), 54);
            assertThat(closeCode(socket)).isEqualTo(TOO_BIG);
        }
    }

    @Test
    void messageOfManyParts() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            socket.sendFrame(RawWebSocket.TEXT, new byte[0]);
            sendWhileOpen(socket, RawWebSocket.CONTINUATION, new byte[0], 20_000);
            assertServed();
            String message = "{\"type\": \"getConfig\", \"session\": \"" + NAME + "\"}";
            for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
                socket.sendFrame(RawWebSocket.CONTINUATION, new byte[] {b});
            }
            socket.sendFrame(RawWebSocket.LAST | RawWebSocket.CONTINUATION, new byte[0]);
            assertThat(new String(socket.next().payload(), StandardCharsets.UTF_8))
                    .contains("config");
        }
    }

    private static byte[] deflated(byte[] bytes, int times) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int i = 0; i < times; i++) {
            deflater.setInput(bytes);
            int mode = i == times - 1 ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
            for (int n = deflater.deflate(buffer, 0, buffer.length, mode);
                    n > 0;
                    n = deflater.deflate(buffer, 0, buffer.length, mode)) {
                result.write(buffer, 0, n);
            }
        }
        deflater.end();
        return Arrays.copyOf(result.toByteArray(), result.size() - 4); // 00 00 ff ff is implied
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 500})
    void compressionBomb(int megabytes) throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port(), DEFLATE)) {
            assertThat(socket.handshake()).containsIgnoringCase("permessage-deflate");
            byte[] bomb = deflated(spaces(MB), megabytes);
            assertThat(bomb.length).isLessThan(MB);
            int first = RawWebSocket.LAST | RawWebSocket.COMPRESSED | RawWebSocket.TEXT;
            sendWhileOpen(socket, first, bomb, 1);
            assertThat(closeCode(socket)).isEqualTo(TOO_BIG);
        }
    }

    @Test
    void binaryMessage() throws IOException {
        for (int size : new int[] {0, 10, 2 * MB}) {
            try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
                int first = RawWebSocket.LAST | RawWebSocket.BINARY;
                sendWhileOpen(socket, first, new byte[size], 1);
                assertThat(closeCode(socket)).isIn(1003, TOO_BIG);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0xF0 | 1, 0x80 | 3, 0x80 | 11, 0x80, 0xC0 | 1, 9})
    void invalidFrames(int first) throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            socket.sendFrame(first, new byte[] {'a'});
            assertThat(closeCode(socket)).isEqualTo(1002);
        }
    }

    @Test
    void malformedText() throws IOException {
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            socket.send(
                    RawWebSocket.TEXT,
                    new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'});
            assertThat(closeCode(socket)).isEqualTo(1007);
        }
    }

    @Test
    void invalidMessages() {
        try (Live live = Live.connect(api.port())) {
            for (String text :
                    List.of(
                            "",
                            "nonsense",
                            "[".repeat(100_000),
                            "{\"a\":".repeat(1000),
                            "1".repeat(100_000))) {
                live.sendText(text);
                assertThat(live.next("error").path("problem").path("code").stringValue())
                        .isIn("malformed_json", "wrong_type");
            }
            for (String name :
                    List.of("../x", "a/b", "a\u0000", "hostilе", "", "a".repeat(100_000))) {
                live.send("init", "session", name);
                assertProblem(live.next("error").path("problem"), 400, "invalid_name");
            }
        }
    }

    @Test
    void floodOfPings() throws Exception {
        int pings = 20_000;
        AtomicInteger pongs = new AtomicInteger();
        try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
            Thread reader =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            while (pongs.get() < pings) {
                                                if (socket.next().opcode() == RawWebSocket.PONG) {
                                                    pongs.incrementAndGet();
                                                }
                                            }
                                        } catch (IOException _) {
                                            // the service may close the connection
                                        }
                                    });
            sendWhileOpen(socket, RawWebSocket.LAST | RawWebSocket.PING, spaces(100), pings / 2);
            assertServed();
            sendWhileOpen(socket, RawWebSocket.LAST | RawWebSocket.PING, spaces(100), pings / 2);
            assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
            assertThat(pongs.get()).isEqualTo(pings);
        }
    }

    /// The client does not read the pongs.
    @Test
    void floodOfPingsWithoutReading() throws Exception {
        try (RawWebSocket socket = RawWebSocket.connectWithSmallBuffer(api.port())) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(
                                    () ->
                                            sendWhileOpen(
                                                    socket,
                                                    RawWebSocket.LAST | RawWebSocket.PING,
                                                    spaces(125),
                                                    200_000));
            TimeUnit.MILLISECONDS.sleep(300);
            assertServed();
            assertThat(sender.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void silentReaders() throws Exception {
        List<RawWebSocket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                RawWebSocket reader = RawWebSocket.connectWithSmallBuffer(api.port());
                readers.add(reader);
                reader.sendText(
                        "{\"type\": \"subscribe\", \"session\": \"%s\", \"fromStep\": 1, \"maxHz\": 10}"
                                .formatted(NAME));
            }
            api.post("/sessions/" + NAME + "/runs", Map.of("steps", 1_000_000_000)).ok();
            for (int i = 0; i < 5; i++) {
                TimeUnit.MILLISECONDS.sleep(500);
                assertServed();
            }
            api.post("/sessions/" + NAME + "/runs/1/cancel").ok();
            assertThat(api.view(NAME).path("step").intValue()).isPositive();
        } finally {
            for (RawWebSocket reader : readers) {
                reader.close();
            }
        }
    }
}
