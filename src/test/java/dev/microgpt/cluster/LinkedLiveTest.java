package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.RawClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A WebSocket at a node that does not own the sessions which its messages are about.
@MostlyWaiting
final class LinkedLiveTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static Api entry;

    @SuppressWarnings("NullAway.Init")
    private static Api owner;

    @BeforeAll
    static void start() {
        cluster = new TestCluster(2, data, "--microgpt.cluster.owner-timeout=500ms");
        entry = cluster.node(0).api();
        owner = cluster.node(1).api();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /// Creates a session at the owner.
    private static void create(String name) {
        cluster.setOwner(name, cluster.node(1).node());
        owner.initSixNames(name);
    }

    private static Live connect() {
        return Live.connect(entry.port());
    }

    @Test
    void messagesAreCarriedOutByTheOwner() {
        cluster.setOwner("story", cluster.node(1).node());
        try (Live live = connect()) {
            live.send("init", "id", 1, "session", "story", "text", Api.SIX_NAMES);
            assertThat(live.next("ready").path("id").intValue()).isEqualTo(1);
            live.send("train", "session", "story", "steps", 3);
            List<JsonNode> answers = live.collectUntil("trained");
            assertThat(answers).hasSize(4);
            assertThat(answers.getLast().path("step").intValue()).isEqualTo(3);
            live.send("generate", "session", "story", "count", 2);
            assertThat(live.next("generated").path("samples")).hasSize(2);
            live.send("getEmbeddings", "session", "story");
            assertThat(live.next("embeddings").path("embeddings").size()).isPositive();
            live.send("getLossHistory", "session", "story");
            assertThat(live.next("lossHistory").path("losses")).hasSize(3);
            live.send("getConfig", "session", "story");
            assertThat(live.next("config").path("config").path("vocabSize").intValue())
                    .isPositive();
        }
        assertThat(owner.view("story").path("step").intValue()).isEqualTo(3);
    }

    @Test
    void aStopOvertakes() {
        create("stopped");
        try (Live live = connect()) {
            live.send("train", "session", "stopped", "steps", 1_000_000);
            live.next("step");
            live.send("stop", "session", "stopped");
            JsonNode trained = live.collectUntil("trained").getLast();
            JsonNode stopped = live.next("stopped");
            assertThat(stopped.path("step")).isEqualTo(trained.path("step"));
        }
    }

    @Test
    void trainingsThatWaitMakeNoStepsAfterAStop() {
        create("queued");
        try (Live live = connect()) {
            live.send("train", "session", "queued", "steps", 1_000_000);
            live.next("step");
            for (int i = 0; i < 10; i++) {
                live.send("train", "session", "queued", "steps", 1_000_000);
            }
            live.send("stop", "session", "queued");
            JsonNode first = live.collectUntil("trained").getLast();
            for (int i = 0; i < 10; i++) {
                assertThat(live.next("trained").path("step")).isEqualTo(first.path("step"));
            }
            live.next("stopped");
        }
    }

    @Test
    void trainingEndsWithItsConnection() {
        create("left");
        try (Live live = connect()) {
            live.send("train", "session", "left", "steps", 1_000_000);
            live.next("step");
        }
        await().until(() -> owner.view("left").path("state").asString().equals("ready"));
    }

    @Test
    void watchersGetAllStepsInOrder() {
        create("watched");
        owner.step("watched", 10);
        try (Live live = connect()) {
            live.send("subscribe", "session", "watched", "fromStep", 1, "maxHz", 60);
            assertThat(live.next("subscribed").path("step").intValue()).isZero();
            owner.step("watched", 500);
            int next = 1;
            while (next <= 510) {
                JsonNode frame = live.next("frame");
                assertThat(frame.path("fromStep").intValue()).isEqualTo(next);
                int to = frame.path("toStep").intValue();
                assertThat(frame.path("losses")).hasSize(to - next + 1);
                next = to + 1;
            }
            live.send("unsubscribe", "session", "watched");
            live.await("unsubscribed");
            owner.step("watched", 1);
            live.send("getConfig", "session", "watched");
            live.next("config"); // and no frame before it
        }
    }

    @Test
    void aDeletedSessionEndsItsWatches() {
        create("deleted");
        try (Live live = connect()) {
            live.send("subscribe", "session", "deleted");
            live.next("subscribed");
            entry.delete("/sessions/deleted").ok();
            assertThat(live.await("unsubscribed").path("reason").asString()).isEqualTo("deleted");
        }
    }

    @Test
    void errorsAreThoseOfTheOwner() {
        create("faulty");
        List<Map<String, Object>> messages =
                List.of(
                        Map.of("type", "subscribe", "session", "faulty", "fromStep", 7),
                        Map.of("type", "subscribe", "session", "faulty", "maxHz", 1000),
                        Map.of("type", "subscribe", "session", "faulty", "viz", "all"),
                        Map.of("type", "train", "session", "faulty", "steps", 0),
                        Map.of("type", "generate", "session", "faulty", "temperature", -1),
                        Map.of("type", "init", "session", "faulty", "text", "ab"));
        try (Live live = connect();
                Live direct = Live.connect(owner.port())) {
            for (Map<String, Object> message : messages) {
                String text = Json.write(message);
                live.sendText(text);
                direct.sendText(text);
                assertThat(live.next("error")).isEqualTo(direct.next("error"));
            }
            cluster.setOwner("missing", cluster.node(1).node());
            live.send("subscribe", "id", "x", "session", "missing");
            JsonNode error = live.next("error");
            assertThat(error.path("problem").path("code").asString()).isEqualTo("not_found");
            assertThat(error.path("id").asString()).isEqualTo("x");
        }
    }

    @Test
    void withoutAnOwnerAMessageWaitsForAWhile() {
        create("moving");
        cluster.setOwner("moving", null);
        try (Live live = connect()) {
            long start = System.nanoTime();
            live.send("getConfig", "session", "moving");
            assertThat(live.next("error").path("problem").path("code").asString())
                    .isEqualTo("moving");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(450));

            live.send("train", "session", "moving", "steps", 2);
            cluster.setOwner("moving", cluster.node(1).node());
            live.await("trained");
            cluster.setOwner("moving", null);
            live.send("subscribe", "session", "moving");
            cluster.setOwner("moving", cluster.node(1).node());
            live.await("subscribed");
        }
    }

    @Test
    void aNodeThatDoesNotOwnTheSessionCarriesNothingOut() {
        create("wrong");
        cluster.node(1).locations().setOwner("wrong", cluster.node(0).node());
        try (Live live = connect()) {
            live.send("train", "session", "wrong", "steps", 2);
            live.send("subscribe", "session", "wrong");
            for (int i = 0; i < 2; i++) {
                assertThat(live.next("error").path("problem").path("code").asString())
                        .isEqualTo("moving");
            }
        }
        cluster.setOwner("wrong", cluster.node(1).node());
        assertThat(owner.losses("wrong")).isEmpty();
    }

    @Test
    void manySessionsShareALink() {
        for (int i = 0; i < 20; i++) {
            create("many" + i);
        }
        try (Live first = connect();
                Live second = connect()) {
            for (int i = 0; i < 20; i++) {
                first.send("subscribe", "session", "many" + i);
                second.send("subscribe", "session", "many" + i);
                first.await("subscribed");
                second.await("subscribed");
            }
            for (int i = 0; i < 20; i++) {
                owner.step("many" + i, 1);
            }
            for (int i = 0; i < 20; i++) {
                first.await("frame");
                second.await("frame");
            }
        }
    }

    @Test
    void clientsCannotOpenALink() throws IOException {
        assertThat(entry.send(entry.root("/cluster/link")).status()).isEqualTo(404);
        try (RawClient client = RawClient.connect(cluster.node(1).node().forwardPort())) {
            client.send(
                    "GET /cluster/link HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.head(Duration.ofSeconds(10))).startsWith("HTTP/1.1 403");
        }
    }
}
