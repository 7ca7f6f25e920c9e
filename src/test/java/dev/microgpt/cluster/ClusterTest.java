package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Three nodes and a database: any node answers for all sessions, whatever node comes or goes.
@MostlyWaiting
@Timeout(180)
final class ClusterTest {

    private static final int SIZE = 3;

    private @TempDir Path directory;

    @SuppressWarnings("NullAway.Init")
    private DatabaseCluster cluster;

    @BeforeEach
    void start() {
        cluster = new DatabaseCluster(SIZE, directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anyNodeAnswersForAllSessions() {
        for (int owner = 0; owner < SIZE; owner++) {
            String name = cluster.nameAt(owner);
            cluster.api((owner + 1) % SIZE).initSixNames(name);
            for (int node = 0; node < SIZE; node++) {
                assertThat(cluster.api(node).step(name, 2).path("step").intValue())
                        .isEqualTo(2 * node + 2);
            }
            assertThat(cluster.api(owner).losses(name)).hasSize(6);
        }
        for (int node = 0; node < SIZE; node++) {
            assertThat(cluster.api(node).get("/sessions").ok().path("sessions")).hasSize(SIZE);
        }
    }

    private Reply fork(int node, String parent, String child) {
        Api api = cluster.api(node);
        return api.send(
                api.json("/sessions/" + parent + "/fork", Json.write(Map.of("name", child)))
                        .header("Idempotency-Key", "fork"));
    }

    private List<String> namesListedBy(int node) {
        return cluster.api(node)
                .get("/sessions")
                .ok()
                .path("sessions")
                .valueStream()
                .map(session -> session.path("name").asString())
                .toList();
    }

    @Test
    void aForkMayBelongToAnotherNode() {
        String parent = cluster.nameAt(0);
        String child = cluster.nameAt(1);
        cluster.api(2).initSixNames(parent);
        cluster.api(2).step(parent, 5);

        Reply forked = fork(0, parent, child);

        assertThat(forked.status()).isEqualTo(201);
        // its owner has not been asked for it yet
        assertThat(fork(2, parent, child).body()).isEqualTo(forked.body());
        for (int node = 0; node < SIZE; node++) {
            assertThat(namesListedBy(node)).containsExactly(parent, child);
        }
        assertThat(cluster.api(2).step(child, 1).path("step").intValue()).isEqualTo(6);
        assertThat(cluster.api(2).view(parent).path("step").intValue()).isEqualTo(5);
        assertThat(fork(1, parent, child).body()).isEqualTo(forked.body());
        Reply again = cluster.api(1).post("/sessions/" + parent + "/fork", Map.of("name", child));
        assertThat(again.status()).isEqualTo(409);

        cluster.api(0).delete("/sessions/" + child).ok();
        assertThat(cluster.api(1).get("/sessions/" + child).status()).isEqualTo(404);
        assertThat(fork(0, parent, child).status()).isEqualTo(422);
    }

    @Test
    void sessionsOutliveTheirNode() {
        String name = cluster.nameAt(2);
        cluster.api(0).initSixNames(name);
        cluster.api(0).post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();
        Awaitility.await().until(() -> cluster.api(1).view(name).path("step").intValue() > 1000);

        cluster.stopLast();

        cluster.awaitSettled();
        assertThat(
                        cluster.keeper(0).moved(Move.TAKEN_OVER)
                                + cluster.keeper(1).moved(Move.TAKEN_OVER))
                .isPositive();
        assertThat(cluster.keeper(0).numPartitions() + cluster.keeper(1).numPartitions())
                .isEqualTo(PartitionStore.PARTITIONS);
        JsonNode view = cluster.api(0).view(name);
        assertThat(view.path("state").asString()).isEqualTo("training");
        int step = view.path("step").intValue();
        assertThat(step).isGreaterThan(1000);
        Awaitility.await().until(() -> cluster.api(1).view(name).path("step").intValue() > step);
    }

    private void startSweep(int node, String name) {
        Map<String, ?> body =
                Map.of(
                        "name",
                        name,
                        "text",
                        Api.SIX_NAMES,
                        "grid",
                        Map.of("seed", List.of(1, 2, 3, 4, 5, 6)),
                        "steps",
                        60_000,
                        "parallel",
                        2);
        Reply started = cluster.api(node).post("/sweeps", body);
        assertThat(started.status()).as(started.body()).isEqualTo(201);
        Reply again = cluster.api(node).post("/sweeps", body);
        assertThat(again.status()).isEqualTo(409);
    }

    private JsonNode awaitSweep(int node, String name) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> cluster.api(node).get("/sweeps/" + name).ok().has("endedAt"));
        return cluster.api(node).get("/sweeps/" + name).ok();
    }

    @Test
    void aSweepContinuesAtTheNextOwnerOfItsSessions() {
        String moved = cluster.nameAt(2);
        String settled = cluster.nameAt(0);
        startSweep(0, moved);
        Awaitility.await()
                .until(
                        () ->
                                cluster.api(1)
                                                .get("/sweeps/" + moved)
                                                .ok()
                                                .path("counts")
                                                .path("completed")
                                                .intValue()
                                        >= 1);
        for (int node = 0; node < SIZE; node++) {
            assertThat(cluster.api(node).get("/sweeps").ok().path("sweeps")).hasSize(1);
        }

        cluster.stopLast();
        cluster.awaitSettled();

        JsonNode sweep = awaitSweep(1, moved);
        startSweep(1, settled);
        assertThat(sweep.path("counts").path("completed").intValue()).isEqualTo(6);
        assertThat(sweep.path("groups")).isEqualTo(awaitSweep(1, settled).path("groups"));
        assertThat(cluster.api(0).delete("/sweeps/" + moved + "?sessions=true").status())
                .isEqualTo(204);
        assertThat(namesListedBy(1)).hasSize(6).allMatch(name -> name.startsWith(settled));
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
        String name = cluster.nameAt(2);
        cluster.api(0).initSixNames(name);
        cluster.api(0).post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();
        try (Live live = Live.connect(cluster.api(0).port())) {
            live.send("subscribe", "session", name, "fromStep", 1, "viz", "none");
            live.next("subscribed");
            int next = receive(live, 1, 1000);

            cluster.stopLast();
            next = receive(live, next, next + 5000);

            cluster.startNode(); // takes partitions, from the new owner of the session as well
            cluster.startNode();
            cluster.awaitSettled();
            receive(live, next, next + 5000);
            assertThat(live.isClosed()).isFalse();

            cluster.api(1).delete("/sessions/" + name).ok();
            while (!live.next().path("type").asString().equals("unsubscribed")) {
                // the frames before it
            }
        }
    }

    private long moved(Move move) {
        return IntStream.range(0, cluster.size())
                .mapToLong(node -> cluster.keeper(node).moved(move))
                .sum();
    }

    @Test
    void aDrainedNodeStillAnswers() {
        String name = cluster.nameAt(1);
        cluster.api(1).initSixNames(name);
        cluster.api(1).post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000_000)).ok();

        assertThat(drain("POST").path("draining").booleanValue()).isTrue();
        Awaitility.await()
                .atMost(DatabaseCluster.TIME_TO_SETTLE)
                .until(() -> drain("GET").path("partitions").intValue() == 0);
        Awaitility.await()
                .until(() -> !cluster.keeper(0).nodes().contains(cluster.keeper(1).self()));
        int step = cluster.api(1).view(name).path("step").intValue();
        Awaitility.await().until(() -> cluster.api(1).view(name).path("step").intValue() > step);

        assertThat(drain("DELETE").path("draining").booleanValue()).isFalse();
        cluster.awaitSettled();
    }

    private JsonNode drain(String method) {
        return cluster.api(1)
                .send(
                        cluster.api(1)
                                .root("/actuator/drain")
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.noBody()))
                .ok();
    }

    @Test
    void aNewNodeTakesItsShare() {
        List<String> names = List.of(cluster.nameAt(0), cluster.nameAt(1), cluster.nameAt(2));
        for (String name : names) {
            cluster.api(0).initSixNames(name);
            cluster.api(0).step(name, 3);
        }

        for (int i = 0; i < 30; i++) {
            cluster.api(0).initSixNames("more-" + i);
        }

        cluster.startNode();
        cluster.awaitSettled();

        assertThat(cluster.keeper(SIZE).moved(Move.TAKEN_OVER)).isBetween(1L, 33L);
        assertThat(moved(Move.HANDED_OVER)).isEqualTo(moved(Move.TAKEN_OVER));
        for (String name : names) {
            for (int node = 0; node <= SIZE; node++) {
                assertThat(cluster.api(node).view(name).path("step").intValue()).isEqualTo(3);
            }
        }
    }
}
