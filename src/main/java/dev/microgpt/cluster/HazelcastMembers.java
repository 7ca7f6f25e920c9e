package dev.microgpt.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.topic.ITopic;
import com.hazelcast.topic.Message;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The nodes that a member of a Hazelcast cluster sees.
///
/// When the network breaks, each side notices after about 5 seconds that the other one is gone. When it works again,
/// the members of the smaller side leave their cluster and join the larger one. The members get other identities of
/// Hazelcast then, but the nodes keep their ids, which are attributes of the members.
final class HazelcastMembers implements Members, AutoCloseable {

    private static final Duration TIME_FOR_LISTENERS = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(HazelcastMembers.class);

    private final Node self;
    private final ClusterSettings settings;
    private final HazelcastInstance hazelcast;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<UUID, NodeStatus> statuses = new ConcurrentHashMap<>();
    private final ExecutorService notifier;
    private final AtomicBoolean isNotifying = new AtomicBoolean();

    /// Used by the notifier only.
    private List<Node> logged = List.of();

    private volatile boolean isClosed;

    private HazelcastMembers(ClusterSettings settings, Node self, HazelcastInstance hazelcast) {
        this.settings = settings;
        this.self = self;
        this.hazelcast = hazelcast;
        // Threads of Hazelcast must not wait for listeners.
        notifier =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform()
                                .name("cluster-members-" + self.id())
                                .daemon()
                                .factory());
    }

    /// Starts a member and joins the others. If none is found within some seconds, it is the first one.
    ///
    /// @throws ClusterException if it cannot listen at its address or is rejected by the others
    static HazelcastMembers start(ClusterSettings settings, Node self) {
        InetSocketAddress address = address(settings);
        if (!isPrivate(address.getAddress())) {
            log.warn(
                    "microgpt.cluster.address is {}, which is not a private address: make sure that only the"
                            + " nodes can reach the ports of the cluster, because what they send is not"
                            + " encrypted",
                    settings.address());
        }
        HazelcastInstance hazelcast;
        try {
            hazelcast =
                    Hazelcast.newHazelcastInstance(
                            HazelcastConfiguration.of(settings, self, address));
        } catch (HazelcastException | IllegalStateException e) {
            throw new ClusterException(
                    "The node cannot join its cluster at %s:%d: %s"
                            .formatted(settings.address(), settings.memberPort(), e.getMessage()),
                    "Check that microgpt.cluster.address is an address of this machine, that no other process"
                            + " uses the port microgpt.cluster.member-port, and the log of the other nodes.",
                    e);
        }
        HazelcastMembers members = new HazelcastMembers(settings, self, hazelcast);
        members.listen();
        return members;
    }

    private static InetSocketAddress address(ClusterSettings settings) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(settings.address()), settings.memberPort());
        } catch (UnknownHostException e) {
            throw new ClusterException(
                    "microgpt.cluster.address is not known: " + settings.address(),
                    "Set it to an address of this machine that the other nodes can reach.",
                    e);
        }
    }

    /// Returns whether an address is reached only from this machine or its own network: loopback, RFC 1918,
    /// link-local, or a unique local address of IPv6 (fc00::/7).
    static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || (bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc);
    }

    private void listen() {
        hazelcast
                .getCluster()
                .addMembershipListener(
                        new MembershipListener() {
                            @Override
                            public void memberAdded(MembershipEvent event) {
                                changed();
                            }

                            @Override
                            public void memberRemoved(MembershipEvent event) {
                                changed();
                            }
                        });
        var _ = statusTopic().addMessageListener(this::receiveStatus);
        // When two sides merge, all members of one may be replaced at once.
        hazelcast.getLifecycleService().addLifecycleListener(_ -> changed());
        changed();
    }

    private void changed() {
        if (isNotifying.compareAndSet(false, true)) {
            try {
                notifier.execute(this::callListeners);
            } catch (RejectedExecutionException e) {
                log.debug("Closed", e);
            }
        }
    }

    private void callListeners() {
        isNotifying.set(false); // what changes from now on is another call
        logNodes();
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                log.error("A listener to changes of the cluster failed", e);
            }
        }
    }

    private void logNodes() {
        List<Node> nodes = nodes();
        if (nodes.equals(logged)) {
            return;
        }
        logged = nodes;
        statuses.keySet().retainAll(nodes.stream().map(Node::id).toList());
        if (!nodes.isEmpty()) {
            log.info("This node sees {} of {} nodes: {}", nodes.size(), settings.size(), nodes);
        } else if (isClosed) {
            log.info("This node has left the cluster");
        } else {
            log.error("Hazelcast has ended, so this node is cut off until it is restarted");
        }
    }

    @Override
    public Node self() {
        return self;
    }

    @Override
    public List<Node> nodes() {
        if (!hazelcast.getLifecycleService().isRunning()) {
            return List.of();
        }
        try {
            return hazelcast.getCluster().getMembers().stream()
                    .map(HazelcastMembers::node)
                    .toList();
        } catch (HazelcastInstanceNotActiveException e) {
            return List.of();
        }
    }

    private static Node node(Member member) {
        return new Node(
                UUID.fromString(member.getAttribute(HazelcastConfiguration.ID)),
                member.getAttribute(HazelcastConfiguration.HOST),
                Integer.parseInt(member.getAttribute(HazelcastConfiguration.FORWARD_PORT)));
    }

    @Override
    public boolean hasMajority() {
        return nodes().size() >= settings.majority();
    }

    @Override
    public void publish(NodeStatus status) {
        var _ = statusTopic().publishAsync(self.id() + " " + status.write());
    }

    @Override
    public NodeStatus status(Node node) {
        return statuses.getOrDefault(node.id(), NodeStatus.IDLE);
    }

    private ITopic<String> statusTopic() {
        return hazelcast.getTopic("status");
    }

    private void receiveStatus(Message<String> message) {
        String[] parts = message.getMessageObject().split(" ", 2);
        statuses.put(UUID.fromString(parts[0]), NodeStatus.read(parts[1]));
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /// Returns the member.
    HazelcastInstance hazelcast() {
        return hazelcast;
    }

    /// Leaves the cluster and ends all threads.
    @Override
    public void close() {
        isClosed = true;
        hazelcast.shutdown();
        notifier.shutdown();
        try {
            if (!notifier.awaitTermination(TIME_FOR_LISTENERS.toMillis(), TimeUnit.MILLISECONDS)) {
                notifier.shutdownNow();
            }
        } catch (InterruptedException e) {
            notifier.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
