package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.SessionTransfer;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Two nodes, a client of each, and a database with two partitions, which hold one session each. A session is a
/// number; a write raises it by one.
final class SimulatedCluster {

    private static final int NUM_PARTITIONS = 2;
    private static final long NONE = -1;
    private static final int ROUNDS = 3;
    private static final int ROUNDS_TO_SETTLE = 12;
    private static final List<SessionId> SESSIONS = sessions();

    private final Schedules.Choices choices;
    private final Turns turns;
    private final boolean mayBreak;
    private final Database database = new Database();
    private final SimulatedNode a = new SimulatedNode("a");
    private final SimulatedNode b = new SimulatedNode("b");
    private boolean isBJoined;
    private boolean isBroken;
    private final int[] acknowledged = new int[NUM_PARTITIONS];

    private SimulatedCluster(Schedules.Choices choices, boolean mayBreak) {
        this.choices = choices;
        this.mayBreak = mayBreak;
        turns = new Turns(choices);
    }

    private static List<SessionId> sessions() {
        SessionId[] sessions = new SessionId[NUM_PARTITIONS];
        for (int i = 0; Arrays.asList(sessions).contains(null); i++) {
            SessionId id = new SessionId("local", "s" + i);
            int partition = PartitionStore.partitionOf(id);
            if (partition < NUM_PARTITIONS) {
                sessions[partition] = id;
            }
        }
        return List.of(sessions);
    }

    static void run(Schedules.Choices choices) {
        new SimulatedCluster(choices, false).run();
    }

    /// As above; but the network may break, so that only b sees the majority, and a is alone.
    static void runWithBrokenNetwork(Schedules.Choices choices) {
        new SimulatedCluster(choices, true).run();
    }

    private void run() {
        try {
            start();
            Map<String, Runnable> threads = new LinkedHashMap<>();
            threads.put("a", () -> reconcile(a));
            threads.put("b", () -> reconcile(b));
            threads.put("client of a", () -> write(a));
            threads.put("client of b", () -> write(b));
            turns.run(threads);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        settle();
    }

    /// Starts a alone, which owns everything then; b joins.
    private void start() {
        for (int i = 0; i < ROUNDS; i++) {
            a.withoutFaults = true;
            a.keeper.reconcile();
            a.withoutFaults = false;
        }
        isBJoined = true;
    }

    private void reconcile(SimulatedNode node) {
        for (int i = 0; i < ROUNDS; i++) {
            try {
                node.keeper.reconcile();
            } catch (StoreOutage _) {
                // it is called again
            }
        }
    }

    private void write(SimulatedNode node) {
        for (int partition = 0; partition < NUM_PARTITIONS; partition++) {
            node.write(partition);
        }
    }

    /// Ends the faults, and checks that the cluster recovers.
    private void settle() {
        choices.calm();
        isBroken = false;
        for (int i = 0; i < ROUNDS_TO_SETTLE; i++) {
            a.keeper.reconcile();
            b.keeper.reconcile();
        }
        for (int partition = 0; partition < NUM_PARTITIONS; partition++) {
            int p = partition;
            assertThat(List.of(a, b).stream().filter(node -> node.serves(p))).hasSize(1);
            int before = acknowledged[p];
            write(a);
            write(b);
            assertThat(acknowledged[p]).isGreaterThan(before);
            assertThat(database.values[p]).isEqualTo(acknowledged[p]);
        }
        assertThat(a.serves(0)).isNotEqualTo(a.serves(1)); // each node has one
    }

    private static final class StoreOutage extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    /// A session in the memory of a node, and the token under which it was read.
    private record Copy(int value, long token) {}

    private static final class Database {

        private final long[] tokens = new long[NUM_PARTITIONS];
        private final @Nullable String[] owners = new String[NUM_PARTITIONS];
        private final @Nullable String[] targets = new String[NUM_PARTITIONS];
        private final int[] values = new int[NUM_PARTITIONS];
    }

    /// What a node consists of besides its [PartitionKeeper].
    private final class SimulatedNode implements Members, PartitionStore, SessionTransfer {

        private final String name;
        private final Node self;
        private final PartitionKeeper keeper;
        private final Map<Integer, Long> tokens = new TreeMap<>();
        private Set<Integer> served = Set.of();

        /// The sessions that were read last, by partition.
        private Map<Integer, Copy> read = Map.of();

        private final Map<Integer, Copy> memory = new HashMap<>();
        private boolean withoutFaults;

        SimulatedNode(String name) {
            this.name = name;
            self = new Node(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), name, 1);
            keeper = new PartitionKeeper(this, this, this, () -> 0);
        }

        boolean serves(int partition) {
            return self.equals(keeper.ownerOf(SESSIONS.get(partition)));
        }

        /// A call of a client, which raises the session by one.
        void write(int partition) {
            if (!serves(partition)) {
                return;
            }
            Copy copy = memory.get(partition);
            if (copy == null || !isPresent(partition, copy)) {
                assertThat(served)
                        .as("a session that exists is not missing")
                        .doesNotContain(partition);
                return; // it has just left
            }
            turns.mayYield(); // for however long, as a write may wait in the queue
            if (copy.token == database.tokens[partition]) {
                assertThat(database.values[partition])
                        .as("nobody else has written")
                        .isEqualTo(copy.value);
                Copy written = new Copy(copy.value + 1, copy.token);
                database.values[partition] = written.value;
                memory.replace(partition, copy, written);
                acknowledged[partition]++;
            }
        }

        /// Returns whether a copy of a session is of the present ownership.
        private boolean isPresent(int partition, Copy copy) {
            return copy.token == tokens.getOrDefault(partition, NONE);
        }

        /// Calls the database.
        private <T> T call(Supplier<T> action) {
            if (withoutFaults) {
                return action.get();
            }
            turns.mayYield();
            if (mayBreak && !isBroken && choices.fault(1) == 1) {
                isBroken = true;
            }
            int fault = mayBreak ? 0 : choices.fault(2);
            if (fault == 1) {
                throw new StoreOutage(); // the request is lost
            }
            T result = action.get();
            if (fault == 2) {
                throw new StoreOutage(); // the confirmation is lost
            }
            return result;
        }

        // ---- Members

        @Override
        public Node self() {
            return self;
        }

        @Override
        public List<Node> nodes() {
            if (!isBJoined || (isBroken && name.equals("a"))) {
                return List.of(a.self);
            }
            return isBroken ? List.of(b.self) : List.of(a.self, b.self);
        }

        @Override
        public boolean hasMajority() {
            return !isBroken || name.equals("b");
        }

        @Override
        public void publish(NodeStatus status) {
            throw new UnsupportedOperationException();
        }

        @Override
        public NodeStatus status(Node node) {
            return NodeStatus.IDLE;
        }

        @Override
        public void onChange(Runnable listener) {
            // its time stands still, so that it trusts each read for ever
        }

        // ---- PartitionStore

        @Override
        public List<Partition> partitions() {
            return call(
                    () ->
                            IntStream.range(0, NUM_PARTITIONS)
                                    .mapToObj(
                                            p ->
                                                    new Partition(
                                                            p,
                                                            database.tokens[p],
                                                            database.owners[p],
                                                            database.targets[p]))
                                    .toList());
        }

        @Override
        public void serve(Set<Integer> partitions) {
            served = Set.copyOf(partitions);
        }

        @Override
        public boolean isServed(SessionId id) {
            return served.contains(PartitionStore.partitionOf(id));
        }

        @Override
        public long token(SessionId id) {
            return tokens.getOrDefault(PartitionStore.partitionOf(id), NONE);
        }

        @Override
        public Map<Integer, Long> held() {
            return new TreeMap<>(tokens);
        }

        @Override
        public void assign(Map<Integer, String> targets) {
            var _ =
                    call(
                            () -> {
                                targets.forEach((p, target) -> database.targets[p] = target);
                                return true;
                            });
        }

        @Override
        public Set<Integer> claim(String process, Collection<Partition> partitions) {
            Map<Integer, Long> claimed =
                    call(
                            () -> {
                                Map<Integer, Long> result = new HashMap<>();
                                for (Partition partition : partitions) {
                                    int p = partition.number();
                                    if (database.tokens[p] == partition.token()) {
                                        database.tokens[p]++;
                                        database.owners[p] = process;
                                        result.put(p, database.tokens[p]);
                                    }
                                }
                                return result;
                            });
            tokens.putAll(claimed);
            return claimed.keySet();
        }

        @Override
        public void release(String process, Collection<Partition> partitions) {
            partitions.forEach(partition -> tokens.remove(partition.number()));
            var _ =
                    call(
                            () -> {
                                for (Partition partition : partitions) {
                                    int p = partition.number();
                                    if (database.tokens[p] == partition.token()
                                            && process.equals(database.owners[p])) {
                                        database.owners[p] = null;
                                    }
                                }
                                return true;
                            });
        }

        @Override
        public void forget(Set<Integer> partitions) {
            tokens.keySet().removeAll(partitions);
        }

        @Override
        public List<StoredSession> sessions(Set<Integer> partitions) {
            Map<Integer, Long> held = held();
            read =
                    call(
                            () -> {
                                Map<Integer, Copy> copies = new HashMap<>();
                                for (int p : partitions) {
                                    long token = held.getOrDefault(p, NONE);
                                    copies.put(p, new Copy(database.values[p], token));
                                }
                                return copies;
                            });
            return List.of();
        }

        // ---- SessionTransfer

        @Override
        public void takeOver(Collection<StoredSession> stored, boolean continuesRuns) {
            read.forEach(
                    (partition, copy) ->
                            memory.merge(
                                    partition,
                                    copy,
                                    (old, added) -> isPresent(partition, old) ? old : added));
        }

        @Override
        public long count(Predicate<SessionId> condition) {
            return memory.keySet().stream().map(SESSIONS::get).filter(condition).count();
        }

        @Override
        public Map<SessionId, Long> trainingNanos() {
            return Map.of();
        }

        @Override
        public CompletableFuture<Void> handOver(Predicate<SessionId> condition) {
            return drop(condition);
        }

        /// Does not wait for writes, as the keeper waits for a limited time.
        @Override
        public CompletableFuture<Void> drop(Predicate<SessionId> condition) {
            memory.keySet().removeIf(partition -> condition.test(SESSIONS.get(partition)));
            return CompletableFuture.completedFuture(null);
        }
    }
}
