package dev.microgpt.cluster;

import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What one node believes about where sessions are. A test decides it by their names.
final class FakeLocations implements Locations {

    /// How often this node has looked for the owner of a session.
    final AtomicInteger numLookups = new AtomicInteger();

    private final Node self;
    private final Map<String, Node> owners = new ConcurrentHashMap<>();
    private final Set<Node> absent = ConcurrentHashMap.newKeySet();
    private volatile List<Node> nodes = List.of();

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

    void setNodes(List<Node> newNodes) {
        nodes = newNodes;
    }

    @Override
    public Node self() {
        return self;
    }

    void remove(Node node) {
        absent.add(node);
    }

    @Override
    public boolean isPresent(Node node) {
        return !absent.contains(node);
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public @Nullable Node ownerOf(SessionId id) {
        numLookups.incrementAndGet();
        return owners.get(id.name());
    }
}
