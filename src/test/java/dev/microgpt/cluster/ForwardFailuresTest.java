package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// Calls whose owner is not known, has changed, is dead or dies.
@MostlyWaiting
final class ForwardFailuresTest {

    private static final Duration OWNER_TIMEOUT = Duration.ofMillis(1500);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static Api entry;

    @BeforeAll
    static void start() {
        cluster =
                new TestCluster(
                        3,
                        data,
                        "--microgpt.cluster.owner-timeout=" + OWNER_TIMEOUT.toMillis() + "ms");
        entry = cluster.node(0).api();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void setOwner(String name, int owner) {
        cluster.setOwner(name, cluster.node(owner).node());
    }

    @Test
    void aCallWaitsForAnOwner() {
        long start = System.nanoTime();
        Reply reply = entry.get("/sessions/nobody");

        assertProblem(reply, 503, "moving");
        assertThat(reply.header("Retry-After")).isEqualTo("5");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(OWNER_TIMEOUT, OWNER_TIMEOUT.plusSeconds(5));
    }

    @Test
    void aCallIsExecutedOnceThereIsAnOwner() throws Exception {
        CompletableFuture<Reply> init =
                entry.postAsync("/sessions/late/init", Map.of("text", Api.SIX_NAMES));
        awaitLookup(0);
        setOwner("late", 1);
        assertThat(init.get().status()).isEqualTo(201);
        assertThat(cluster.node(1).api().get("/sessions/late").status()).isEqualTo(200);

        // this node may become the owner itself
        cluster.setOwner("own", null);
        init = entry.postAsync("/sessions/own/init", Map.of("text", Api.SIX_NAMES));
        awaitLookup(0);
        setOwner("own", 0);
        assertThat(init.get().status()).isEqualTo(201);
    }

    @Test
    void aNodeThatSeesTooFewSaysSo() {
        cluster.setOwner("nobodys", null);
        FakeLocations locations = cluster.node(0).locations();
        locations.setMajority(false);
        try {
            Reply reply = entry.get("/sessions/nobodys");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.json().path("code").stringValue()).isEqualTo("moving");
            assertThat(reply.json().path("detail").stringValue())
                    .startsWith("this node sees fewer than the majority of the cluster's nodes");
        } finally {
            locations.setMajority(true);
        }
    }

    private static void awaitLookup(int node) {
        var numLookups = cluster.node(node).locations().numLookups;
        int before = numLookups.get();
        await().until(() -> numLookups.get() > before);
    }

    @Test
    void aCallFollowsASessionThatHasMoved() throws Exception {
        setOwner("moved", 1);
        entry.initSixNames("moved");
        cluster.node(1).api().delete("/sessions/moved");
        cluster.node(2).locations().setOwner("moved", cluster.node(2).node());
        cluster.node(1).locations().setOwner("moved", cluster.node(2).node());
        // the entry node still believes that node 1 is the owner
        String text = "0123456789abcdef\n".repeat(100_000);
        for (HttpRequest.Builder call :
                List.of(
                        json("/sessions/moved/init", "{\"text\":\"abc\"}"),
                        entry.body(
                                "/sessions/moved/load?overwrite=true",
                                "text/plain",
                                BodyPublishers.ofString(text)),
                        entry.body(
                                "/sessions/moved/load?overwrite=true",
                                "text/plain",
                                BodyPublishers.fromPublisher(BodyPublishers.ofString(text))))) {
            cluster.node(0).locations().setOwner("moved", cluster.node(1).node());
            int before = cluster.node(1).locations().numLookups.get();
            CompletableFuture<Reply> reply = entry.sendAsync(call);
            await().until(() -> cluster.node(1).locations().numLookups.get() > before);
            cluster.node(0).locations().setOwner("moved", cluster.node(2).node());
            reply.get().ok();
        }
        assertThat(cluster.node(2).api().view("moved").path("numDocs").intValue())
                .isEqualTo(100_000);
        assertProblem(cluster.node(1).api().get("/sessions/moved/nothing"), 404, "not_found");
    }

    private static HttpRequest.Builder json(String path, String body) {
        return entry.body(path, "application/json", BodyPublishers.ofString(body));
    }

    @Test
    void nodesThatDisagreeDoNotForwardInCircles() {
        cluster.node(0).locations().setOwner("circle", cluster.node(1).node());
        cluster.node(1).locations().setOwner("circle", cluster.node(0).node());

        assertProblem(entry.get("/sessions/circle"), 503, "moving");
        assertProblem(cluster.node(1).api().get("/sessions/circle"), 503, "moving");
    }

    @Test
    void aDeadOwnerIsReported() {
        cluster.setOwner("dead", new Node(new UUID(1, 1), "127.0.0.1", FreePort.find()));

        Reply reply = entry.postJson("/sessions/dead/init", "{}");
        assertProblem(reply, 503, "busy").hasDetail("cannot be reached");
        assertThat(reply.header("Retry-After")).isNotEmpty();
    }

    /// A node that reads a request up to some text, sends something and closes the connection.
    private static final class DyingNode implements AutoCloseable {

        final List<String> requests = new CopyOnWriteArrayList<>();
        private final ServerSocket server;
        private final String until;
        private final String response;
        private final Thread thread;

        DyingNode(String until, String response) throws IOException {
            this.until = until;
            this.response = response;
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            thread = Thread.ofPlatform().daemon().start(this::run);
        }

        Node node() {
            return new Node(new UUID(2, 2), "127.0.0.1", server.getLocalPort());
        }

        private void run() {
            try {
                while (true) {
                    try (Socket socket = server.accept()) {
                        requests.add(read(socket.getInputStream()));
                        socket.getOutputStream()
                                .write(response.getBytes(StandardCharsets.ISO_8859_1));
                    }
                }
            } catch (IOException _) {
                // closed
            }
        }

        private String read(InputStream in) throws IOException {
            StringBuilder request = new StringBuilder();
            while (!request.toString().endsWith(until)) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                request.append((char) next);
            }
            return request.toString();
        }

        @Override
        public void close() throws IOException {
            server.close(); // which ends the thread
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void theOutcomeOfACallIsUnknownWhenTheConnectionIsLost() throws Exception {
        try (DyingNode dying = new DyingNode("{}", "")) {
            cluster.setOwner("lost", dying.node());

            Reply reply = entry.postJson("/sessions/lost/step", "{}");
            assertProblem(reply, 503, "busy").hasDetail("Idempotency-Key");
            assertThat(reply.header("Retry-After")).isNotEmpty();
            assertThat(dying.requests).hasSize(1);
            assertThat(dying.requests.getFirst())
                    .startsWith("POST /api/v1/sessions/lost/step HTTP/1.1\r\n")
                    .containsOnlyOnce("Content-Type: application/json")
                    .doesNotContain("Expect:", "User-Agent: Jetty");
        }
    }

    @Test
    void callsThatMayBeRepeatedAreTriedAgain() throws Exception {
        setOwner("again", 1);
        entry.initSixNames("again");
        for (HttpRequest.Builder call :
                List.of(
                        entry.request("/sessions/again"),
                        json("/sessions/again/step", "{}").header("Idempotency-Key", "k"))) {
            try (DyingNode dying = new DyingNode("\r\n\r\n", "")) {
                cluster.setOwner("again", dying.node());
                CompletableFuture<Reply> reply = entry.sendAsync(call);
                await().until(() -> !dying.requests.isEmpty());
                setOwner("again", 1);
                assertThat(reply.get().status()).isEqualTo(200);
            }
        }
        assertThat(cluster.node(1).api().view("again").path("step").intValue()).isEqualTo(1);
    }

    /// The connection to a node that hangs, or whose network is cut, stays open.
    @Test
    void callsToANodeThatIsGoneAreNotWaitedFor() throws Exception {
        setOwner("cut", 1);
        entry.initSixNames("cut");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Node gone = new Node(new UUID(3, 3), "127.0.0.1", silent.getLocalPort());
            cluster.setOwner("cut", gone);
            CompletableFuture<Reply> read = entry.sendAsync(entry.request("/sessions/cut"));
            CompletableFuture<Reply> keyed =
                    entry.sendAsync(
                            json("/sessions/cut/step", "{}").header("Idempotency-Key", "cut"));
            CompletableFuture<Reply> step = entry.sendAsync(json("/sessions/cut/step", "{}"));
            for (int i = 0; i < 3; i++) {
                assertThat(silent.accept().getInputStream().read()).isPositive();
            }

            setOwner("cut", 1);
            cluster.node(0).locations().setGone(gone);

            assertThat(read.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(keyed.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertProblem(step.get(10, TimeUnit.SECONDS), 503, "busy").hasDetail("unknown");
        }
    }

    @Test
    void aReadIsTriedAgainForALimitedTime() throws Exception {
        try (DyingNode dying = new DyingNode("\r\n\r\n", "")) {
            cluster.setOwner("gone", dying.node());

            assertProblem(entry.get("/sessions/gone"), 503, "busy").hasDetail("try again");
            assertThat(dying.requests).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aSmallResponseThatIsCutOffIsRequestedAgain() throws Exception {
        setOwner("half", 1);
        entry.initSixNames("half");
        for (String head : List.of("Content-Length: 100", "Transfer-Encoding: chunked")) {
            String half = "HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n5\r\nhello\r\n";
            try (DyingNode dying = new DyingNode("\r\n\r\n", half)) {
                cluster.setOwner("half", dying.node());
                CompletableFuture<Reply> reply = entry.sendAsync(entry.request("/sessions/half"));
                await().until(() -> !dying.requests.isEmpty());
                setOwner("half", 1);

                assertThat(reply.get().ok().path("name").asString()).isEqualTo("half");
            }
        }
    }

    @Test
    void aLargeResponseThatIsCutOffIsCutOffForTheClient() throws Exception {
        String part = "1000\r\n" + "hello   ".repeat(512) + "\r\n";
        for (String head : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
            try (DyingNode dying =
                            new DyingNode(
                                    "\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n" + part.repeat(40));
                    RawClient client = RawClient.connect(entry.port())) {
                cluster.setOwner("half", dying.node());
                client.send("GET /api/v1/sessions/half HTTP/1.1\r\nHost: localhost\r\n\r\n");

                assertThat(client.endsWithin(Duration.ofSeconds(10))).isTrue();
                assertThat(client.received()).contains("200", "hello").doesNotContain("0\r\n\r\n");
            }
        }
    }

    @Test
    void theOutcomesAreCounted() {
        List<String> outcomes = new ArrayList<>();
        entry.send(entry.root("/actuator/prometheus"))
                .body()
                .lines()
                .filter(line -> line.startsWith("microgpt_cluster_forwards_seconds_count"))
                .forEach(line -> outcomes.add(line.replaceAll(".*outcome=\"(.*)\".*", "$1")));
        assertThat(outcomes)
                .containsExactlyInAnyOrder("answered", "unavailable", "lost", "disconnected");
    }
}
