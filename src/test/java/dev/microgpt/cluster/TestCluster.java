package dev.microgpt.cluster;

import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.LocalService;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Several services in this process that forward calls to each other. Each has a database of its own, so that a
/// session exists only at the node that has created it.
final class TestCluster implements AutoCloseable {

    static final String SECRET = "0123456789-0123456789-0123456789";

    private static final String HOST = "127.0.0.1";

    private final List<TestNode> nodes = new ArrayList<>();

    /// A node of the cluster.
    record TestNode(Node node, LocalService service, FakeLocations locations) {

        Api api() {
            return service.api();
        }

        int port() {
            return api().port();
        }
    }

    /// Starts a cluster.
    ///
    /// @param settings for all nodes
    TestCluster(int size, Path data, String... settings) {
        this(size, data, _ -> {}, settings);
    }

    /// Starts a cluster whose nodes have further beans.
    ///
    /// @param beans registers them
    /// @param settings for all nodes
    TestCluster(
            int size,
            Path data,
            ApplicationContextInitializer<GenericApplicationContext> beans,
            String... settings) {
        for (int i = 0; i < size; i++) {
            Node self = new Node(new UUID(0, i), HOST, FreePort.find());
            FakeLocations locations = new FakeLocations(self);
            List<String> all = new ArrayList<>(List.of(settings));
            all.add("--microgpt.cluster.enabled=true");
            all.add("--microgpt.cluster.size=1");
            all.add("--microgpt.cluster.secret=" + SECRET);
            all.add("--microgpt.cluster.address=" + HOST);
            all.add("--microgpt.cluster.forward-port=" + self.forwardPort());
            LocalService service =
                    LocalService.start(
                            data.resolve("node" + i),
                            context -> {
                                context.registerBean(
                                        Locations.class,
                                        () -> locations,
                                        definition -> definition.setPrimary(true));
                                beans.initialize(context);
                            },
                            all.toArray(String[]::new));
            nodes.add(new TestNode(self, service, locations));
        }
        List<Node> all = nodes.stream().map(TestNode::node).toList();
        nodes.forEach(node -> node.locations().setNodes(all));
    }

    TestNode node(int index) {
        return nodes.get(index);
    }

    /// Lets all nodes believe the same about the owner of a session.
    void setOwner(String name, @Nullable Node owner) {
        nodes.forEach(node -> node.locations().setOwner(name, owner));
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.service().close());
    }
}
