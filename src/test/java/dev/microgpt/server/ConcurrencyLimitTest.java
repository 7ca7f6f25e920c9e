package dev.microgpt.server;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;

import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.OwnNode;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Tests that requests use a bounded number of threads, and that calls cannot occupy all of them.
@Isolated
final class ConcurrencyLimitTest {

    private static final int THREADS = 16;

    private static final int LIVE_THREADS = 25; // for all live connections together

    @TempDir static Path data;
    private static LocalService service;
    private static Api api;
    private static HttpClient client;
    private static int virtualBefore; // threads of other tests
    private static int liveBefore;

    @BeforeAll
    static void start() throws IOException {
        String before = dump();
        virtualBefore = virtualThreads(before);
        liveBefore = liveThreads(before);
        service = LocalService.start(data, "--server.tomcat.threads.max=" + THREADS);
        api = service.api();
        api.initSlow("slow");
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        service.close();
        client.close();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://localhost:" + api.port() + path);
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
        return client.send(request, BodyHandlers.ofString());
    }

    private static void assertOthersAreServed() throws Exception {
        for (String path :
                List.of("/actuator/health", "/actuator/prometheus", "/", "/js/data/api.js")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    private static void assertBusy() {
        Reply reply = api.get("/limits");
        assertProblem(reply, 503, "busy");
        assertThat(reply.header("Retry-After")).isEqualTo("5");
    }

    private static void awaitBusy() {
        await().until(ConcurrencyLimitTest::isBusy);
    }

    private static boolean isBusy() {
        return api.get("/limits").status() == 503;
    }

    private static void awaitServed() {
        await().until(() -> api.get("/limits").status() == 200);
    }

    @Test
    void slowBodiesLeaveThreadsForOtherRequests() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * THREADS; i++) {
                RawClient sender = RawClient.connect(api.port());
                slow.add(sender);
                String path = i % 3 == 0 ? "/api/v1/sessions/slow/load" : "/nobody/there";
                sender.send(
                        "POST "
                                + path
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                                + "Content-Length: 1000\r\n\r\na");
            }
            awaitBusy();
            assertBusy();
            assertOthersAreServed();
        } finally {
            slow.forEach(RawClient::close);
        }
        awaitServed();
    }

    /// Deletes a session while requests get 503.
    private static void deleteWithoutRequest(String name) {
        SessionService sessions = service.parts(SessionService.class).iterator().next();
        Memory memory = service.parts(Memory.class).iterator().next();
        try (Memory.Share share = memory.share()) {
            sessions.delete(CallContext.of(Caller.LOCAL, share), name);
        }
    }

    @Test
    @OwnNode("a call that is forwarded holds no thread")
    void longCallsLeaveThreadsForOtherRequests() throws Exception {
        api.initSlow("endless");
        List<CompletableFuture<Reply>> calls = new ArrayList<>();
        try {
            await().until(
                            () -> {
                                calls.add(api.stepWithoutEnd("endless"));
                                return isBusy();
                            });
            assertBusy();
            assertOthersAreServed();
        } finally {
            deleteWithoutRequest("endless");
        }
        for (CompletableFuture<Reply> call : calls) {
            assertThat(call.join().status()).isIn(404, 503);
        }
        awaitServed();
    }

    @Test
    void metricsShowTheThreads() throws Exception {
        assertThat(get("/actuator/prometheus").body())
                .containsPattern("tomcat_threads_config_max_threads\\{.*} 16")
                .contains("tomcat_threads_busy_threads");
    }

    /// A virtual thread that is the first to load a class is pinned, and may wait for a lock of the jar whose
    /// owner is another virtual thread, which then has no carrier to run on.
    @Test
    @OwnNode("counts the threads of the process, which has two nodes")
    void noThreadIsVirtualAndLiveConnectionsHaveNone() throws Exception {
        List<Live> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Live reader = Live.connect(api.port());
                readers.add(reader);
                reader.send("subscribe", "session", "slow");
                reader.next("subscribed");
            }
            api.step("slow", 1);
            for (Live reader : readers) {
                reader.next("frame");
            }
            String dump = dump();
            assertThat(virtualThreads(dump)).isLessThanOrEqualTo(virtualBefore);
            assertThat(liveThreads(dump)).isLessThanOrEqualTo(liveBefore + LIVE_THREADS);
        } finally {
            readers.forEach(Live::close);
        }
    }

    private static int virtualThreads(String dump) {
        return count(dump, "\"virtual\": true");
    }

    private static int liveThreads(String dump) {
        return count(dump, "\"name\": \"live-");
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    private static String dump() throws IOException {
        Path file = data.resolve("threads-" + System.nanoTime());
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
        return Files.readString(file);
    }
}
