package dev.microgpt.cluster;

import dev.microgpt.support.FreePort;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Nodes of one cluster in this JVM. Each is told the address of the first one.
final class TestNodes implements AutoCloseable {

    static final String HOST = "127.0.0.1";
    static final String SECRET = "0123456789-0123456789-0123456789";

    private final int size;
    private final int firstPort = FreePort.find();
    private final List<HazelcastMembers> started = new ArrayList<>();

    /// @param size the number of nodes that the cluster is meant to have
    TestNodes(int size) {
        this.size = size;
    }

    /// Starts all nodes of a cluster, one after the other.
    static TestNodes start(int size) {
        TestNodes nodes = new TestNodes(size);
        for (int i = 0; i < size; i++) {
            nodes.startOne();
        }
        return nodes;
    }

    HazelcastMembers startOne() {
        return startOne(SECRET);
    }

    HazelcastMembers startOne(String secret) {
        HazelcastMembers members =
                HazelcastMembers.start(
                        settings(started.isEmpty() ? firstPort : FreePort.find(), secret),
                        node(HOST, 9000 + started.size()));
        started.add(members);
        return members;
    }

    ClusterSettings settings(int port, String secret) {
        return new ClusterSettings(
                true,
                HOST,
                port,
                0,
                size,
                List.of(firstMember()),
                null,
                secret,
                Duration.ofSeconds(5));
    }

    static Node node(String host, int forwardPort) {
        return new Node(UUID.randomUUID(), host, forwardPort);
    }

    int firstPort() {
        return firstPort;
    }

    String firstMember() {
        return HOST + ':' + firstPort;
    }

    HazelcastMembers get(int index) {
        return started.get(index);
    }

    /// Returns the nodes in the order in which they were started.
    List<Node> all() {
        return started.stream().map(HazelcastMembers::self).toList();
    }

    /// Ends a member without a farewell, as if its process had been killed.
    void kill(int index) {
        get(index).hazelcast().getLifecycleService().terminate();
    }

    @Override
    public void close() {
        started.reversed().forEach(HazelcastMembers::close);
    }
}
