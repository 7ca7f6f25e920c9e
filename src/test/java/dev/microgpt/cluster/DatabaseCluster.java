package dev.microgpt.cluster;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.store.TestPostgres;
import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.LocalService;

import org.awaitility.Awaitility;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Several services in this process that share a PostgreSQL database and find each other.
final class DatabaseCluster implements AutoCloseable {

    static final Duration TIME_TO_SETTLE = Duration.ofSeconds(30);

    /// How many nodes may be started besides those of the beginning. One that has ended leaves its port to none, which
    /// would be taken for it.
    private static final int SPARE = 2;

    private final int size;
    private final Path directory;
    private final List<String> settings;
    private final List<Integer> ports;
    private final List<LocalService> nodes = new ArrayList<>();
    private int numStarted;

    /// Starts nodes, and waits until each has a share of the sessions.
    ///
    /// @param settings for all nodes
    DatabaseCluster(int size, Path directory, String... settings) {
        this.size = size;
        this.directory = directory;
        this.settings = List.of(settings);
        ports = IntStream.range(0, size + SPARE).mapToObj(_ -> FreePort.find()).toList();
        for (int i = 0; i < size; i++) {
            startNode();
        }
        awaitSettled();
    }

    void startNode() {
        List<String> all = new ArrayList<>(settings);
        all.add("--microgpt.store.url=" + TestPostgres.url(directory));
        all.add("--microgpt.cluster.enabled=true");
        all.add("--microgpt.cluster.size=" + size);
        all.add("--microgpt.cluster.member-port=" + ports.get(numStarted));
        all.add("--microgpt.cluster.forward-port=" + FreePort.find());
        all.add(
                "--microgpt.cluster.members="
                        + String.join(
                                ",",
                                ports.stream().map(port -> TestNodes.HOST + ":" + port).toList()));
        all.add("--microgpt.cluster.secret=" + TestNodes.SECRET);
        numStarted++;
        nodes.add(LocalService.start(directory, all.toArray(String[]::new)));
    }

    /// Returns the number of nodes that run.
    int size() {
        return nodes.size();
    }

    void stopLast() {
        nodes.removeLast().close();
    }

    PartitionKeeper keeper(int node) {
        return nodes.get(node).parts(PartitionKeeper.class).iterator().next();
    }

    Api api(int node) {
        return nodes.get(node).api();
    }

    /// Waits until all nodes agree on who owns what, and each has a share.
    void awaitSettled() {
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
    ///
    /// @param owner the owner of the session
    String nameAt(int node, String owner) {
        for (int i = 0; ; i++) {
            String name = "s" + node + "-" + i;
            if (keeper(node).self().equals(keeper(node).ownerOf(new SessionId(owner, name)))) {
                return name;
            }
        }
    }

    /// Returns a name whose session a node owns, in a service without keys.
    String nameAt(int node) {
        return nameAt(node, "local");
    }

    @Override
    public void close() {
        nodes.reversed().forEach(LocalService::close);
    }
}
