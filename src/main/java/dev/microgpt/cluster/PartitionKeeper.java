package dev.microgpt.cluster;

import dev.microgpt.session.SessionTransfer;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.PartitionStore.Partition;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Takes over the partitions that this node is to own, and hands over those that another node is to own.
///
/// The oldest node decides who is to own what, and writes that to the store as the partitions' targets. Each node
/// compares the stored partitions with its own and acts: a node that is to give a partition up stores its sessions
/// and clears the owner, then the target claims it. If the owner is gone, the target claims it at once. Nodes that
/// see less than the majority claim nothing, so that two sides of a broken network do not take sessions from each
/// other for ever.
///
/// [#reconcile()] is called by one thread only; all else is thread-safe.
final class PartitionKeeper implements Locations {

    private static final Logger log = LoggerFactory.getLogger(PartitionKeeper.class);

    /// How many partitions move at once for the balance, so that a change does not stop all sessions.
    private static final int MAX_MOVES = 32;

    private static final long HAND_OVER_SECONDS = 5;

    /// How long a node that does not see the majority answers for its sessions after it has read the partitions. A
    /// read from a store that cannot be reached may take much longer to fail.
    private static final Duration TRUST = Duration.ofSeconds(1);

    private final Members members;
    private final PartitionStore store;
    private final SessionTransfer transfer;
    private final LongSupplier nanoTime;
    private final String self;
    private final Map<Move, LongAdder> moves = new EnumMap<>(Move.class);

    /// Partitions that this node has claimed from one that is gone, and whose sessions it has not taken over yet.
    private final Set<Integer> orphaned = new HashSet<>();

    /// When the partitions were read last.
    private volatile long readNanos;

    /// Whether this node has not seen the majority at some time since then.
    private volatile boolean hasLostMajority;

    /// What this node knows about all partitions.
    private volatile View view = new View(Map.of(), Set.of(), false);

    /// @param owners the owner of each partition that has one
    /// @param served the partitions whose sessions are in this process
    /// @param isSettled whether all partitions have the owners that they are to have
    private record View(Map<Integer, Node> owners, Set<Integer> served, boolean isSettled) {

        View serving(Set<Integer> partitions) {
            return new View(owners, partitions, false);
        }
    }

    PartitionKeeper(Members members, PartitionStore store, SessionTransfer transfer) {
        this(members, store, transfer, System::nanoTime);
    }

    PartitionKeeper(
            Members members,
            PartitionStore store,
            SessionTransfer transfer,
            LongSupplier nanoTime) {
        this.members = members;
        this.store = store;
        this.transfer = transfer;
        this.nanoTime = nanoTime;
        readNanos = nanoTime.getAsLong();
        self = id(members.self());
        for (Move move : Move.values()) {
            moves.put(move, new LongAdder());
        }
        members.onChange(this::noteMajority);
    }

    private static String id(Node node) {
        return node.id().toString();
    }

    // ---- locations

    @Override
    public Node self() {
        return members.self();
    }

    @Override
    public @Nullable Node ownerOf(SessionId id) {
        View current = view;
        int partition = PartitionStore.partitionOf(id);
        if (current.served.contains(partition)) {
            return isTrusted() ? members.self() : null;
        }
        Node owner = current.owners.get(partition);
        return members.self().equals(owner) ? null : owner; // not yet, or no longer
    }

    /// Returns whether this node knows of all partitions that others have claimed, or nobody could claim them.
    private boolean isTrusted() {
        return nanoTime.getAsLong() - readNanos <= TRUST.toNanos()
                || (!hasLostMajority && members.hasMajority());
    }

    private void noteMajority() {
        if (!members.hasMajority()) {
            hasLostMajority = true;
        }
    }

    @Override
    public boolean hasMajority() {
        return members.hasMajority();
    }

    @Override
    public Set<Integer> served() {
        return isTrusted() ? view.served : Set.of();
    }

    @Override
    public boolean isPresent(Node node) {
        return members.nodes().contains(node);
    }

    /// {@inheritDoc} Empty while a partition has no owner, whose sessions would be missing.
    @Override
    public List<Node> nodes() {
        Map<Integer, Node> owners = view.owners;
        return owners.size() < PartitionStore.PARTITIONS
                ? List.of()
                : owners.values().stream().distinct().toList();
    }

    /// Returns whether this node owns what it is to own, and serves it.
    boolean isSettled() {
        View current = view;
        return current.isSettled && current.served.equals(store.held().keySet());
    }

    /// Returns the number of partitions that this node owns.
    int numPartitions() {
        return store.held().size();
    }

    /// Returns how many sessions have come to this node, or left it, in one way.
    long moved(Move move) {
        return counter(move).sum();
    }

    private LongAdder counter(Move move) {
        return Objects.requireNonNull(moves.get(move));
    }

    // ---- reconciliation

    /// Brings this node's partitions closer to their targets.
    ///
    /// @throws RuntimeException if the store is out of reach; to be called again
    void reconcile() {
        long start = nanoTime.getAsLong();
        List<Partition> partitions = readPartitions();
        dropLost(partitions);
        readNanos = start;
        hasLostMajority = !members.hasMajority();
        List<Node> nodes = members.nodes();
        boolean isOldest = members.self().equals(nodes.getFirst());
        boolean hasChanged = members.hasMajority() && isOldest && assignTargets(partitions, nodes);
        Set<String> present = nodes.stream().map(PartitionKeeper::id).collect(Collectors.toSet());
        Collection<Partition> leaving = filter(partitions, p -> isLeaving(p, present));
        if (!leaving.isEmpty()) {
            handOver(leaving);
            hasChanged = true;
        }
        Collection<Partition> free =
                members.hasMajority() ? filter(partitions, p -> isFree(p, present)) : List.of();
        if (!free.isEmpty()) {
            orphaned.addAll(numbers(filter(free, this::isOwnedByAnother)));
            store.claim(self, free);
            hasChanged = true;
        }
        takeOverClaimed();
        publish(hasChanged ? store.partitions() : partitions, nodes);
    }

    private List<Partition> readPartitions() {
        try {
            return store.partitions();
        } catch (RuntimeException e) {
            if (!members.hasMajority()) { // another node may have claimed everything
                show(view.serving(Set.of()));
            }
            throw e;
        }
    }

    private static Collection<Partition> filter(
            Collection<Partition> partitions, Predicate<Partition> condition) {
        return partitions.stream().filter(condition).toList();
    }

    private static Set<Integer> numbers(Collection<Partition> partitions) {
        return partitions.stream().map(Partition::number).collect(Collectors.toSet());
    }

    private static Predicate<SessionId> in(Set<Integer> partitions) {
        return id -> partitions.contains(PartitionStore.partitionOf(id));
    }

    /// Drops the sessions of partitions that another node has claimed.
    private void dropLost(List<Partition> partitions) {
        Map<Integer, Long> held = store.held();
        Set<Integer> lost =
                numbers(
                        filter(
                                partitions,
                                p -> p.token() != held.getOrDefault(p.number(), p.token())));
        if (lost.isEmpty()) {
            return;
        }
        log.warn("Another node has taken over {} partitions of this one", lost.size());
        stopServing(lost);
        counter(Move.LOST).add(transfer.count(in(lost)));
        store.forget(lost);
        var _ = await(transfer.drop(in(lost)));
    }

    /// @return whether a target has changed
    private boolean assignTargets(List<Partition> partitions, List<Node> nodes) {
        SequencedSet<String> able = new LinkedHashSet<>();
        Map<Integer, Double> loads = new HashMap<>();
        for (Node node : nodes) {
            NodeStatus status = members.status(node);
            if (!status.isDraining()) {
                able.add(id(node));
            }
            status.loads().forEach((partition, load) -> loads.merge(partition, load, Double::sum));
        }
        if (able.isEmpty()) {
            return false;
        }
        Map<Integer, String> changes =
                Assignment.changes(partitions, loads, able, isSettled(partitions) ? MAX_MOVES : 0);
        if (!changes.isEmpty()) {
            log.info("{} partitions are to move", changes.size());
            store.assign(changes);
        }
        return !changes.isEmpty();
    }

    private static boolean isSettled(List<Partition> partitions) {
        return partitions.stream().allMatch(p -> Objects.equals(p.owner(), p.target()));
    }

    /// Returns whether this node owns a partition that another one is to own.
    private boolean isLeaving(Partition partition, Set<String> present) {
        String target = partition.target();
        return self.equals(partition.owner())
                && target != null
                && !target.equals(self)
                && present.contains(target);
    }

    private void handOver(Collection<Partition> leaving) {
        Set<Integer> numbers = numbers(leaving);
        stopServing(numbers);
        counter(Move.HANDED_OVER).add(transfer.count(in(numbers)));
        if (!await(transfer.handOver(in(numbers)))) {
            log.warn(
                    "Not all sessions could be stored before they move; unconfirmed steps are lost");
        }
        store.release(self, leaving);
        var _ = await(transfer.drop(in(numbers))); // those that were created meanwhile
    }

    /// Returns whether this node is to own a partition, and nobody who is there does.
    private boolean isFree(Partition partition, Set<String> present) {
        String owner = partition.owner();
        return self.equals(partition.target())
                && (owner == null
                        || !present.contains(owner)
                        || (owner.equals(self) && !store.held().containsKey(partition.number())));
    }

    private boolean isOwnedByAnother(Partition partition) {
        return partition.owner() != null && !self.equals(partition.owner());
    }

    /// Adds the sessions of claimed partitions to this process.
    private void takeOverClaimed() {
        Set<Integer> claimed = store.held().keySet();
        claimed.removeAll(view.served);
        if (claimed.isEmpty()) {
            return;
        }
        if (!await(
                transfer.drop(in(claimed)))) { // what is left of an earlier ownership is outdated
            throw new IllegalStateException("sessions of an earlier ownership have not ended yet");
        }
        List<StoredSession> stored = store.sessions(claimed);
        transfer.takeOver(stored, true);
        long recovered =
                stored.stream().map(session -> session.holding().id()).filter(in(orphaned)).count();
        counter(Move.RECOVERED).add(recovered);
        counter(Move.TAKEN_OVER).add(stored.size() - recovered);
        orphaned.clear();
        log.info("This node has taken over {} partitions", claimed.size());
    }

    private void stopServing(Set<Integer> partitions) {
        Set<Integer> served =
                view.served.stream()
                        .filter(partition -> !partitions.contains(partition))
                        .collect(Collectors.toSet());
        show(view.serving(served));
    }

    private void publish(List<Partition> partitions, List<Node> nodes) {
        Map<String, Node> byId =
                nodes.stream().collect(Collectors.toMap(PartitionKeeper::id, n -> n));
        Map<Integer, Node> owners = new HashMap<>();
        for (Partition partition : partitions) {
            Node owner = byId.get(partition.owner());
            if (owner != null) {
                owners.put(partition.number(), owner);
            }
        }
        show(
                new View(
                        Map.copyOf(owners),
                        Set.copyOf(store.held().keySet()),
                        isSettled(partitions)));
    }

    private void show(View next) {
        store.serve(next.served);
        view = next;
    }

    /// Returns whether a transfer has succeeded in time.
    private static boolean await(CompletableFuture<Void> transfer) {
        try {
            transfer.get(HAND_OVER_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("A transfer of sessions has failed", e);
        }
        return false;
    }
}
