package dev.microgpt.verification.cluster;

import static java.lang.System.err;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Each node has a network namespace of its own, with an interface for each of three bridges: to the other nodes, to
/// the database, and to the clients. An interface that is taken off its bridge loses all packets silently.
///
/// All names begin with `mgpt-`, by which a later test removes what an earlier one has left behind.
final class NamespaceNetwork implements Network {

    private static final String PREFIX = "mgpt-";
    private static final Duration TIME_TO_EXIT = Duration.ofSeconds(10);

    /// A link address that no interface has.
    private static final String NOWHERE = "02:00:00:00:00:ff";

    /// The bridges. The name of a node's interface is that of its bridge.
    private enum Bridge {
        NODES(1),
        DATABASE(2),
        CLIENTS(3);

        private final int number;

        Bridge(int number) {
            this.number = number;
        }

        String device() {
            return PREFIX + "br" + number;
        }

        /// Returns the outer end of a node's interface.
        String port(int node) {
            return PREFIX + "v" + number + "-" + node;
        }

        /// Returns the inner end of a node's interface.
        String inner() {
            return PREFIX + "i" + number;
        }

        String address(int host) {
            return "10.77.%d.%d".formatted(number, host);
        }
    }

    private static final int THIS_HOST = 254;

    private final int size;
    private final List<int[]> pairs = new ArrayList<>();

    private NamespaceNetwork(int size) {
        this.size = size;
    }

    /// Creates the namespaces and bridges.
    ///
    /// @throws IOException if that is not allowed here
    static NamespaceNetwork create(int size) throws IOException, InterruptedException {
        NamespaceNetwork network = new NamespaceNetwork(size);
        try {
            removeAll();
            network.build();
            return network;
        } catch (IOException | InterruptedException e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException, InterruptedException {
        for (Bridge bridge : Bridge.values()) {
            ip("link add %s type bridge".formatted(bridge.device()));
            ip("link set %s up".formatted(bridge.device()));
        }
        for (Bridge bridge : List.of(Bridge.DATABASE, Bridge.CLIENTS)) {
            ip("addr add %s/24 dev %s".formatted(bridge.address(THIS_HOST), bridge.device()));
        }
        for (int node = 0; node < size; node++) {
            ip("netns add " + namespace(node));
            inside(node, "link set lo up");
            for (Bridge bridge : Bridge.values()) {
                String port = bridge.port(node);
                ip(
                        "link add %s type veth peer name %s netns %s"
                                .formatted(port, bridge.inner(), namespace(node)));
                ip("link set %s master %s".formatted(port, bridge.device()));
                ip("link set %s up".formatted(port));
                inside(
                        node,
                        "addr add %s/24 dev %s"
                                .formatted(bridge.address(node + 1), bridge.inner()));
                inside(node, "link set %s up".formatted(bridge.inner()));
            }
        }
    }

    private static String namespace(int node) {
        return PREFIX + "n" + node;
    }

    private static String ip(String arguments) throws IOException, InterruptedException {
        return Shell.run("ip " + arguments);
    }

    private static void inside(int node, String arguments)
            throws IOException, InterruptedException {
        ip("-n %s %s".formatted(namespace(node), arguments));
    }

    @Override
    public List<String> wrapper(int node) {
        return List.of("ip", "netns", "exec", namespace(node));
    }

    @Override
    public String address(int node) {
        return Bridge.CLIENTS.address(node + 1);
    }

    @Override
    public String privateAddress(int node) {
        return Bridge.NODES.address(node + 1);
    }

    @Override
    public String databaseAddress() {
        return Bridge.DATABASE.address(THIS_HOST);
    }

    @Override
    public void cutFromNodes(int node) throws IOException, InterruptedException {
        ip("link set %s nomaster".formatted(Bridge.NODES.port(node)));
    }

    @Override
    public void cutFromDatabase(int node) throws IOException, InterruptedException {
        ip("link set %s nomaster".formatted(Bridge.DATABASE.port(node)));
    }

    @Override
    public void cutPair(int one, int other) throws IOException, InterruptedException {
        pairs.add(new int[] {one, other});
        for (int[] way : new int[][] {{one, other}, {other, one}}) {
            inside(
                    way[0],
                    "neigh replace %s lladdr %s dev %s nud permanent"
                            .formatted(privateAddress(way[1]), NOWHERE, Bridge.NODES.inner()));
        }
    }

    @Override
    public void heal() throws IOException, InterruptedException {
        for (int node = 0; node < size; node++) {
            for (Bridge bridge : Bridge.values()) {
                ip("link set %s master %s".formatted(bridge.port(node), bridge.device()));
            }
        }
        for (int[] pair : pairs) {
            for (int[] way : new int[][] {pair, {pair[1], pair[0]}}) {
                inside(
                        way[0],
                        "neigh del %s dev %s"
                                .formatted(privateAddress(way[1]), Bridge.NODES.inner()));
            }
        }
        pairs.clear();
    }

    /// Removes all namespaces with their processes, and all bridges.
    @Override
    public void close() {
        try {
            removeAll();
        } catch (IOException e) {
            err.println("the network could not be removed: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeAll() throws IOException, InterruptedException {
        for (String line : ip("netns list").lines().toList()) {
            String name = line.split(" ", 2)[0];
            if (name.startsWith(PREFIX)) {
                endProcesses(name);
                ip("netns del " + name);
            }
        }
        for (String line : ip("-o link show").lines().toList()) {
            String device = line.split(": ", 3)[1].split("@", 2)[0];
            if (device.startsWith(PREFIX)) {
                remove(device);
            }
        }
    }

    /// Removes a device, unless it has just gone with the other end.
    private static void remove(String device) throws IOException, InterruptedException {
        try {
            ip("link del " + device);
        } catch (IOException e) {
            if (ip("-o link show").contains(device)) {
                throw e;
            }
        }
    }

    private static void endProcesses(String namespace) throws IOException, InterruptedException {
        for (String pid : ip("netns pids " + namespace).lines().toList()) {
            Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid.strip()));
            if (process.isPresent() && process.get().destroyForcibly()) {
                awaitExit(process.get());
            }
        }
    }

    private static void awaitExit(ProcessHandle process) throws InterruptedException {
        long end = System.nanoTime() + TIME_TO_EXIT.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
