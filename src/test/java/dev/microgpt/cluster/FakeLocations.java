package dev.microgpt.cluster;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What one node believes about where sessions are. A test decides it by their names.
final class FakeLocations implements Locations {

    static final Set<Integer> ALL =
            IntStream.range(0, PartitionStore.PARTITIONS)
                    .boxed()
                    .collect(Collectors.toUnmodifiableSet());

    /// How often this node has looked for the owner of a session.
    final AtomicInteger numLookups = new AtomicInteger();

    private final Node self;
    private final Map<String, Node> owners = new ConcurrentHashMap<>();
    private final Set<Node> gone = ConcurrentHashMap.newKeySet();
    private volatile List<Node> nodes = List.of();
    private volatile Set<Integer> served = ALL;
    private volatile boolean hasMajority = true;

    FakeLocations(Node self) {
        this.self = self;
    }

    void setOwner(String name, @Nullable Node owner) {
        if (owner == null) {
            owners.remove(name);
        } else {
            owners.put(name, owner);
        }
    }

    void setGone(Node node) {
        gone.add(node);
    }

    void setMajority(boolean majority) {
        hasMajority = majority;
    }

    void setServed(Set<Integer> partitions) {
        served = partitions;
    }

    void setNodes(List<Node> newNodes) {
        nodes = newNodes;
    }

    @Override
    public Node self() {
        return self;
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean hasMajority() {
        return hasMajority;
    }

    @Override
    public Set<Integer> served() {
        return served;
    }

    @Override
    public boolean isPresent(Node node) {
        return !gone.contains(node);
    }

    @Override
    public @Nullable Node ownerOf(SessionId id) {
        numLookups.incrementAndGet();
        return owners.get(id.name());
    }
}
