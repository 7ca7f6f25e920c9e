package dev.microgpt.verification.cluster;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.PostgresServer;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Three nodes, their database and the network between them. Started and changed by one thread.
final class Cluster implements AutoCloseable {

    /// A partition of the sessions as it is stored.
    record Owned(int partition, String owner, String target) {}

    static final int SIZE = 3;

    private static final String SECRET = "0123456789-0123456789-0123456789";

    /// The owner of sessions of callers without a key.
    private static final String LOCAL = "local";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final int POLL_MILLIS = 50;

    private final Network network;
    private final PostgresServer database;
    private final List<ClusterNode> nodes = new ArrayList<>();

    /// Creates the network and starts the database.
    ///
    /// @param isCuttable whether the network can be cut
    /// @param directory for data and logs
    Cluster(boolean isCuttable, Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        network = isCuttable ? namespaces() : new LoopbackNetwork();
        try {
            database =
                    PostgresServer.start(
                            directory.resolve("database"),
                            FreePort.find(),
                            network.databaseAddress());
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
        int[] memberPorts = ports();
        int[] forwardPorts = ports();
        int[] ports = ports();
        String members =
                String.join(
                        ",",
                        IntStream.range(0, SIZE)
                                .mapToObj(i -> network.privateAddress(i) + ":" + memberPorts[i])
                                .toList());
        for (int i = 0; i < SIZE; i++) {
            List<String> options =
                    List.of(
                            "--server.address=" + network.address(i),
                            "--server.port=" + ports[i],
                            "--microgpt.security.open=true",
                            "--microgpt.data-dir=" + directory.resolve("node" + i),
                            "--microgpt.store.url=" + database.url(network.databaseAddress()),
                            "--microgpt.cluster.enabled=true",
                            "--microgpt.cluster.size=" + SIZE,
                            "--microgpt.cluster.address=" + network.privateAddress(i),
                            "--microgpt.cluster.member-port=" + memberPorts[i],
                            "--microgpt.cluster.forward-port=" + forwardPorts[i],
                            "--microgpt.cluster.members=" + members,
                            "--microgpt.cluster.secret=" + SECRET);
            nodes.add(
                    new ClusterNode(
                            i,
                            network.address(i),
                            ports[i],
                            forwardPorts[i],
                            network.wrapper(i),
                            options,
                            directory.resolve("node" + i + ".log")));
        }
    }

    private static Network namespaces() throws IOException, InterruptedException {
        try {
            return NamespaceNetwork.create(SIZE);
        } catch (IOException e) {
            throw new IOException(
                    "The network cannot be cut here, which takes the rights of root and the command ip: %s. Use"
                                    .formatted(e.getMessage())
                            + " partitions=0 to do without.",
                    e);
        }
    }

    private static int[] ports() {
        return IntStream.range(0, SIZE).map(_ -> FreePort.find()).toArray();
    }

    List<ClusterNode> nodes() {
        return nodes;
    }

    Network network() {
        return network;
    }

    PostgresServer database() {
        return database;
    }

    /// Returns all nodes but one.
    List<ClusterNode> without(int node) {
        return nodes.stream().filter(other -> other.index() != node).toList();
    }

    /// Starts all nodes, one after the other.
    void start() throws IOException, InterruptedException {
        for (ClusterNode node : nodes) {
            node.start();
        }
        if (!awaitSettled(START_TIMEOUT)) {
            throw new IOException("the nodes did not share the sessions: " + describe());
        }
    }

    /// Waits until each running node owns what it is to own, and each of them owns something.
    ///
    /// @return whether that has happened in time
    boolean awaitSettled(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!isSettled()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return true;
    }

    private boolean isSettled() {
        List<Owned> owned;
        try {
            owned = owned();
        } catch (DataAccessException _) {
            return false;
        }
        Set<String> owners = new HashSet<>();
        owned.forEach(partition -> owners.add(partition.owner()));
        return owned.size() == PartitionStore.PARTITIONS
                && owned.stream().allMatch(p -> p.owner().equals(p.target()))
                && owners.equals(ids());
    }

    /// Returns the partitions that have an owner and a target.
    List<Owned> owned() {
        return JdbcClient.create(database.source())
                .sql(
                        """
                        SELECT partition, owner, target FROM ownership
                        WHERE owner IS NOT NULL AND target IS NOT NULL ORDER BY partition""")
                .query(
                        (row, _) ->
                                new Owned(
                                        row.getInt("partition"),
                                        row.getString("owner"),
                                        row.getString("target")))
                .list();
    }

    /// Returns the ids under which the running nodes own partitions.
    private Set<String> ids() {
        return nodes.stream()
                .filter(ClusterNode::isOpen)
                .map(ClusterNode::id)
                .collect(Collectors.toSet());
    }

    /// Returns a text about who owns how many partitions.
    String describe() {
        try {
            List<Owned> owned = owned();
            return "%d partitions have an owner, %d are to move; owners of partitions: %s; nodes: %s"
                    .formatted(
                            owned.size(),
                            owned.stream().filter(p -> !p.owner().equals(p.target())).count(),
                            owned.stream()
                                    .collect(
                                            Collectors.groupingBy(
                                                    Owned::owner, Collectors.counting())),
                            ids());
        } catch (DataAccessException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Returns whether a node owns a session.
    ///
    /// @param owned what [#owned()] has returned
    static boolean isOwner(ClusterNode node, List<Owned> owned, String session) {
        int partition = PartitionStore.partitionOf(new SessionId(LOCAL, session));
        String id = node.id();
        return owned.stream().anyMatch(p -> p.partition() == partition && p.owner().equals(id));
    }

    /// Ends all processes and removes the network.
    @Override
    public void close() throws IOException {
        nodes.forEach(ClusterNode::close);
        try {
            database.close();
        } finally {
            network.close();
        }
    }
}
