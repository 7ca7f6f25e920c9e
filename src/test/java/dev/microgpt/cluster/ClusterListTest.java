package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// The list of the sessions of all nodes.
@MostlyWaiting
final class ClusterListTest {

    /// What the entry node believes about the nodes.
    private static final String NODES = "nodes";

    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f", "g");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static Api entry;

    @BeforeAll
    static void start() {
        cluster = new TestCluster(3, data);
        entry = cluster.node(0).api();
        int[] owners = {1, 0, 1, 1, 0, 1, 0}; // node 2 has none
        for (int i = 0; i < owners.length; i++) {
            cluster.setOwner(NAMES.get(i), cluster.node(owners[i]).node());
            entry.init(NAMES.get(i), Map.of());
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<String> names(JsonNode page) {
        List<String> names = new ArrayList<>();
        page.path("sessions").forEach(session -> names.add(session.path("name").stringValue()));
        return names;
    }

    @Test
    @ResourceLock(value = NODES, mode = ResourceAccessMode.READ)
    void everyNodeListsTheSessionsOfAll() {
        for (int i = 0; i < 3; i++) {
            JsonNode list = cluster.node(i).api().get("/sessions").ok();
            assertThat(names(list)).isEqualTo(NAMES);
            assertThat(list.path("nextCursor").isNull()).isTrue();
            assertThat(list.path("sessions").get(0)).isEqualTo(entry.view("a"));
        }
    }

    @Test
    @ResourceLock(value = NODES, mode = ResourceAccessMode.READ)
    void pagesFollowEachOther() {
        for (int limit = 1; limit <= 8; limit++) {
            List<String> found = new ArrayList<>();
            String cursor = "";
            int numPages = 0;
            while (numPages == 0 || !cursor.isEmpty()) {
                JsonNode page = entry.get("/sessions?limit=" + limit + cursor).ok();
                assertThat(names(page)).hasSizeLessThanOrEqualTo(limit);
                found.addAll(names(page));
                String next = page.path("nextCursor").asString("");
                cursor = next.isEmpty() ? "" : "&cursor=" + next;
                numPages++;
            }
            assertThat(found).as("limit " + limit).isEqualTo(NAMES);
            assertThat(numPages).isEqualTo((NAMES.size() + limit - 1) / limit);
        }
    }

    @Test
    @ResourceLock(value = NODES, mode = ResourceAccessMode.READ)
    void problemsAreThoseOfTheNodes() {
        assertProblem(entry.get("/sessions?limit=0"), 400, "out_of_range").hasField("limit");
        assertProblem(entry.get("/sessions?unknown=0"), 400, "unknown_field");
        Reply head = entry.send(entry.request("/sessions").HEAD());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    @ResourceLock(NODES)
    void aListWithoutTheSessionsOfANodeIsNotGiven() {
        List<Node> nodes = entryNodes();
        List<Node> more = new ArrayList<>(nodes);
        more.add(new Node(new UUID(3, 3), "127.0.0.1", FreePort.find()));
        cluster.node(0).locations().setNodes(more);
        try {
            Reply reply = entry.get("/sessions");
            assertProblem(reply, 503, "busy");
            assertThat(reply.header("Retry-After")).isEqualTo("5");
        } finally {
            cluster.node(0).locations().setNodes(nodes);
        }
    }

    /// Sessions that are being moved are at no node for a moment.
    @Test
    @ResourceLock(NODES)
    void aListWaitsForSessionsThatAreBeingMoved() throws Exception {
        Set<Integer> some = new HashSet<>(FakeLocations.ALL);
        some.remove(7);
        for (int i = 0; i < 3; i++) {
            cluster.node(i).locations().setServed(some);
        }
        try {
            CompletableFuture<Reply> list = entry.sendAsync(entry.request("/sessions"));
            Thread.sleep(500);
            assertThat(list).isNotDone();
            cluster.node(2).locations().setServed(Set.of(7));
            assertThat(names(list.get().ok())).isEqualTo(NAMES);

            cluster.node(2).locations().setServed(Set.of());
            assertProblem(entry.get("/sessions"), 503, "moving");
        } finally {
            for (int i = 0; i < 3; i++) {
                cluster.node(i).locations().setServed(FakeLocations.ALL);
            }
        }
    }

    private static List<Node> entryNodes() {
        return List.of(cluster.node(0).node(), cluster.node(1).node(), cluster.node(2).node());
    }
}
