package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.session.SessionTransfer;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Tests for which sessions a node answers that has been cut off.
final class PartitionKeeperTest {

    private static final SessionId SESSION = new SessionId("local", "demo");

    private final OnlyNode node = new OnlyNode();
    private final PartitionKeeper keeper = new PartitionKeeper(node, node, node, () -> node.nanos);

    @BeforeEach
    void takeOver() {
        for (int i = 0; i < 3; i++) {
            keeper.reconcile();
        }
        assertThat(keeper.ownerOf(SESSION)).isEqualTo(node.self());
    }

    @Test
    void aNodeWithoutMajorityAnswersWhileItReadsTheStore() {
        node.setMajority(false);

        node.wait(Duration.ofSeconds(10));
        keeper.reconcile();

        assertThat(keeper.ownerOf(SESSION)).isEqualTo(node.self());
    }

    @Test
    void aNodeWithMajorityAnswersWithoutTheStore() {
        node.wait(Duration.ofSeconds(10));

        assertThat(keeper.ownerOf(SESSION)).isEqualTo(node.self());
    }

    /// A read over a network that loses everything does not fail for a long time.
    @Test
    void aNodeThatIsCutOffDoesNotAnswerWhileItsReadHasNotFailed() {
        node.setMajority(false);

        node.wait(Duration.ofMillis(1100));

        assertThat(keeper.ownerOf(SESSION)).isNull();
        keeper.reconcile();
        assertThat(keeper.ownerOf(SESSION)).isEqualTo(node.self());
    }

    @Test
    void aNodeThatIsBackDoesNotAnswerBeforeItHasReadTheStore() {
        node.setMajority(false);
        node.wait(Duration.ofMillis(1100));
        node.setMajority(true);

        assertThat(keeper.ownerOf(SESSION)).isNull();
        keeper.reconcile();
        node.wait(Duration.ofSeconds(10));
        assertThat(keeper.ownerOf(SESSION)).isEqualTo(node.self());
    }

    @Test
    void aNodeThatIsCutOffDoesNotAnswerAfterItsReadHasFailed() {
        node.setMajority(false);
        node.isStoreLost = true;

        assertThatThrownBy(keeper::reconcile).hasMessage("lost");

        assertThat(keeper.ownerOf(SESSION)).isNull();
    }

    /// The only node of a cluster, and its store.
    private static final class OnlyNode implements Members, PartitionStore, SessionTransfer {

        private final Node self = new Node(new UUID(0, 1), "127.0.0.1", 1);
        private final Map<Integer, String> targets = new TreeMap<>();
        private final Map<Integer, Long> held = new TreeMap<>();
        private final List<Runnable> listeners = new ArrayList<>();
        private boolean hasMajority = true;
        private boolean isStoreLost;
        private long nanos;

        void wait(Duration time) {
            nanos += time.toNanos();
        }

        void setMajority(boolean value) {
            hasMajority = value;
            listeners.forEach(Runnable::run);
        }

        @Override
        public Node self() {
            return self;
        }

        @Override
        public List<Node> nodes() {
            return List.of(self);
        }

        @Override
        public boolean hasMajority() {
            return hasMajority;
        }

        @Override
        public void publish(NodeStatus status) {}

        @Override
        public NodeStatus status(Node node) {
            return NodeStatus.IDLE;
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }

        @Override
        public List<Partition> partitions() {
            if (isStoreLost) {
                throw new IllegalStateException("lost");
            }
            return IntStream.range(0, PARTITIONS).mapToObj(this::partition).toList();
        }

        private Partition partition(int number) {
            Long token = held.get(number);
            @Nullable String owner = token == null ? null : self.id().toString();
            return new Partition(number, token == null ? 0 : token, owner, targets.get(number));
        }

        @Override
        public void serve(Set<Integer> partitions) {}

        @Override
        public boolean isServed(SessionId id) {
            return true;
        }

        @Override
        public long token(SessionId id) {
            return held.getOrDefault(PartitionStore.partitionOf(id), -1L);
        }

        @Override
        public Map<Integer, Long> held() {
            return new TreeMap<>(held);
        }

        @Override
        public void assign(Map<Integer, String> newTargets) {
            targets.putAll(newTargets);
        }

        @Override
        public Set<Integer> claim(String process, Collection<Partition> partitions) {
            partitions.forEach(partition -> held.put(partition.number(), partition.token() + 1));
            return partitions.stream().map(Partition::number).collect(Collectors.toSet());
        }

        @Override
        public void release(String process, Collection<Partition> partitions) {
            throw new AssertionError();
        }

        @Override
        public void forget(Set<Integer> partitions) {
            throw new AssertionError();
        }

        @Override
        public List<StoredSession> sessions(Set<Integer> partitions) {
            return List.of();
        }

        @Override
        public void takeOver(Collection<StoredSession> stored, boolean continuesRuns) {}

        @Override
        public long count(Predicate<SessionId> condition) {
            return 0;
        }

        @Override
        public Map<SessionId, Long> trainingNanos() {
            return Map.of();
        }

        @Override
        public CompletableFuture<Void> handOver(Predicate<SessionId> condition) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> drop(Predicate<SessionId> condition) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
