package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawWebSocket;
import dev.microgpt.support.Reply;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tests that SIGTERM ends the process within 10 seconds, whatever hangs.
@Timeout(120)
@MostlyWaiting
final class ShutdownTest {

    private static final Duration TIME_TO_STOP = Duration.ofSeconds(10);
    private static final Duration TIME_TO_START = Duration.ofSeconds(60);
    private static final int TERMINATED = 128 + 15;
    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern FRAMES_SENT =
            Pattern.compile("(?m)^microgpt_live_frames_total .*$");
    private static final int REQUESTS = 20;
    private static final int SILENT_READERS = 200;

    @TempDir private Path data;

    @Test
    void aProcessInWhichEverythingHangsIsHalted() throws Exception {
        try (ChildJvm.Running child =
                ChildJvm.start(HangingShutdown.class, List.of(), String.valueOf(500))) {
            await(child, Pattern.compile("ready"), 1);

            child.askToStop();

            assertThat(child.awaitEnd(TIME_TO_STOP)).isEqualTo(1);
            assertThat(child.printed()).contains("halted after 500 ms");
        }
    }

    @Test
    void requestsThatNeverEndDoNotPreventAnOrderlyShutdown() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                ChildJvm.Running service = startService()) {
            int port = port(service);
            Api api = new Api(port);
            api.init("kept", Map.of("text", "emma\nolivia"));
            api.post("/sessions/kept/step", Map.of("count", 5)).ok();
            sendStuckRequests(service, client, port, "/stuck", REQUESTS);

            service.askToStop();

            assertThat(service.awaitEnd(TIME_TO_STOP)).isEqualTo(TERMINATED);
            assertThat(service.printed()).doesNotContain("halted");
        }
        try (LocalService again = LocalService.start(data)) {
            assertThat(again.api().view("kept").path("step").intValue()).isEqualTo(5);
        }
    }

    @Test
    void manyClientsThatDoNotReadTheirMessageDoNotDelayAnOrderlyShutdown() throws Exception {
        List<RawWebSocket> readers = new ArrayList<>();
        try (ChildJvm.Running service = startService()) {
            Api api = new Api(port(service));
            api.init("watched", Map.of("engine", "scalar", "text", Api.SIX_NAMES));
            CompletableFuture<Reply> step = api.stepWithoutEnd("watched");
            for (int i = 0; i < SILENT_READERS; i++) {
                RawWebSocket reader = RawWebSocket.connectWithSmallBuffer(api.port());
                readers.add(reader);
                reader.sendText("{\"type\": \"subscribe\", \"session\": \"watched\"}");
            }
            awaitNoMoreFrames(api);

            service.askToStop();

            assertThat(service.awaitEnd(TIME_TO_STOP)).isEqualTo(TERMINATED);
            assertThat(service.printed()).doesNotContain("halted");
            assertThat(step.get(1, TimeUnit.SECONDS).status()).isEqualTo(409);
        } finally {
            for (RawWebSocket reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void aShutdownThatHangsIsHalted() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                ChildJvm.Running service = startService()) {
            sendStuckRequests(service, client, port(service), "/stuck-console", 1);

            service.askToStop();

            assertThat(service.awaitEnd(TIME_TO_STOP)).isEqualTo(1);
            assertThat(service.printed()).contains("halted after 9000 ms");
        }
    }

    /// Waits until the buffers of all connections are full, so that each has a message in progress.
    private static void awaitNoMoreFrames(Api api) {
        AtomicReference<String> before = new AtomicReference<>("");
        Awaitility.await()
                .atMost(TIME_TO_START)
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () -> {
                            Matcher sent =
                                    FRAMES_SENT.matcher(
                                            api.send(api.root("/actuator/prometheus")).body());
                            return sent.find()
                                    && sent.group().equals(before.getAndSet(sent.group()));
                        });
    }

    private ChildJvm.Running startService() throws IOException {
        return ChildJvm.start(
                StuckService.class,
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1", // starts sooner
                        "-Xmx256m"),
                "--server.port=0",
                "--microgpt.demo=false",
                "--microgpt.data-dir=" + data);
    }

    private static int port(ChildJvm.Running service) throws Exception {
        return Integer.parseInt(await(service, STARTED, 1));
    }

    private static void sendStuckRequests(
            ChildJvm.Running service, HttpClient client, int port, String path, int times)
            throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        for (int i = 0; i < times; i++) {
            var _ = client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        }
        await(service, Pattern.compile("(?m)^stuck$"), times);
    }

    /// Waits until the output of a child matches a pattern the given number of times.
    ///
    /// @return the first group of the pattern, or the whole match if it has no group
    private static String await(ChildJvm.Running child, Pattern pattern, int times)
            throws Exception {
        long deadline = System.nanoTime() + TIME_TO_START.toNanos();
        while (System.nanoTime() < deadline) {
            Matcher matcher = pattern.matcher(child.printed());
            for (int found = 1; matcher.find(); found++) {
                if (found == times) {
                    return matcher.group(Math.min(1, matcher.groupCount()));
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError("%s is missing in:%n%s".formatted(pattern, child.printed()));
    }
}
