package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.store.TestPostgres;
import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Three nodes and a database: any node answers for all sessions, whatever node comes or goes.
@MostlyWaiting
@Timeout(180)
final class ClusterTest {

    private static final int SIZE = 3;
    private static final Duration TIME_TO_SETTLE = Duration.ofSeconds(30);

    private final List<LocalService> nodes = new ArrayList<>();
    private final List<Integer> ports =
            IntStream.range(0, SIZE + 1).mapToObj(_ -> FreePort.find()).toList();
    private @TempDir Path directory;

    @BeforeEach
    void startAll() {
        for (int i = 0; i < SIZE; i++) {
            startNode();
        }
        awaitSettled();
    }

    @AfterEach
    void stopAll() {
        nodes.reversed().forEach(LocalService::close);
    }

    private void startNode() {
        nodes.add(
                LocalService.start(
                        directory,
                        "--microgpt.store.url=" + TestPostgres.url(directory),
                        "--microgpt.cluster.enabled=true",
                        "--microgpt.cluster.size=" + SIZE,
                        "--microgpt.cluster.member-port=" + ports.get(nodes.size()),
                        "--microgpt.cluster.forward-port=" + FreePort.find(),
                        "--microgpt.cluster.members="
                                + String.join(
                                        ",",
                                        ports.stream()
                                                .map(port -> TestNodes.HOST + ":" + port)
                                                .toList()),
                        "--microgpt.cluster.secret=" + TestNodes.SECRET));
    }

    private PartitionKeeper keeper(int node) {
        return nodes.get(node).parts(PartitionKeeper.class).iterator().next();
    }

    private Api api(int node) {
        return nodes.get(node).api();
    }

    /// Waits until all nodes agree on who owns what, and each has a share.
    private void awaitSettled() {
        Awaitility.await()
                .atMost(TIME_TO_SETTLE)
                .until(
                        () ->
                                IntStream.range(0, nodes.size())
                                        .allMatch(
                                                node ->
                                                        keeper(node).nodes().size() == nodes.size()
                                                                && keeper(node).isSettled()));
    }

    /// Returns a name whose session a node owns.
    private String nameAt(int node) {
        for (int i = 0; ; i++) {
            String name = "s" + node + "-" + i;
            if (keeper(node).self().equals(keeper(node).ownerOf(new SessionId("local", name)))) {
                return name;
            }
        }
    }

    @Test
    void anyNodeAnswersForAllSessions() {
        for (int owner = 0; owner < SIZE; owner++) {
            String name = nameAt(owner);
            api((owner + 1) % SIZE).initSixNames(name);
            for (int node = 0; node < SIZE; node++) {
                assertThat(api(node).step(name, 2).path("step").intValue()).isEqualTo(2 * node + 2);
            }
            assertThat(api(owner).losses(name)).hasSize(6);
        }
        for (int node = 0; node < SIZE; node++) {
            assertThat(api(node).get("/sessions").ok().path("sessions")).hasSize(SIZE);
        }
    }

    @Test
    void aForkMayBelongToAnotherNode() {
        String parent = nameAt(0);
        String child = nameAt(1);
        api(2).initSixNames(parent);
        api(2).step(parent, 5);

        JsonNode forked = api(0).post("/sessions/" + parent + "/fork", Map.of("name", child)).ok();

        assertThat(forked.path("step").intValue()).isEqualTo(5);
        assertThat(api(2).step(child, 1).path("step").intValue()).isEqualTo(6);
        assertThat(api(2).view(parent).path("step").intValue()).isEqualTo(5);
        Reply again = api(1).post("/sessions/" + parent + "/fork", Map.of("name", child));
        assertThat(again.status()).isEqualTo(409);
        api(0).delete("/sessions/" + child).ok();
        assertThat(api(1).get("/sessions/" + child).status()).isEqualTo(404);
    }

    @Test
    void sessionsOutliveTheirNode() {
        String name = nameAt(2);
        api(0).initSixNames(name);
        api(0).post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();
        Awaitility.await().until(() -> api(1).view(name).path("step").intValue() > 1000);

        nodes.removeLast().close();

        awaitSettled();
        JsonNode view = api(0).view(name);
        assertThat(view.path("state").asString()).isEqualTo("training");
        int step = view.path("step").intValue();
        assertThat(step).isGreaterThan(1000);
        Awaitility.await().until(() -> api(1).view(name).path("step").intValue() > step);
    }

    /// Receives the frames of a session, which must be complete and in order.
    ///
    /// @param next the first step
    /// @param until at least this step
    /// @return the step after the last one received
    private static int receive(Live live, int next, int until) {
        int expected = next;
        while (expected <= until) {
            JsonNode frame = live.next("frame");
            assertThat(frame.path("fromStep").intValue()).isEqualTo(expected);
            int to = frame.path("toStep").intValue();
            assertThat(frame.path("losses")).hasSize(to - expected + 1);
            expected = to + 1;
        }
        return expected;
    }

    @Test
    void watchersFollowASession() {
        String name = nameAt(2);
        api(0).initSixNames(name);
        api(0).post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();
        try (Live live = Live.connect(api(0).port())) {
            live.send("subscribe", "session", name, "fromStep", 1, "viz", "none");
            live.next("subscribed");
            int next = receive(live, 1, 1000);

            nodes.removeLast().close();
            next = receive(live, next, next + 5000);

            startNode(); // takes partitions, from the new owner of the session as well
            startNode();
            awaitSettled();
            receive(live, next, next + 5000);
            assertThat(live.isClosed()).isFalse();

            api(1).delete("/sessions/" + name).ok();
            while (!live.next().path("type").asString().equals("unsubscribed")) {
                // the frames before it
            }
        }
    }

    @Test
    void aNewNodeTakesItsShare() {
        List<String> names = List.of(nameAt(0), nameAt(1), nameAt(2));
        for (String name : names) {
            api(0).initSixNames(name);
            api(0).step(name, 3);
        }

        startNode();
        awaitSettled();

        for (String name : names) {
            for (int node = 0; node <= SIZE; node++) {
                assertThat(api(node).view(name).path("step").intValue()).isEqualTo(3);
            }
        }
    }
}
