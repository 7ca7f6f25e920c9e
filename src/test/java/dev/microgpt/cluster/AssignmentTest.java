package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.persistence.PartitionStore.Partition;
import dev.microgpt.support.SharesNothing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/// Tests who is to own which partition.
@SharesNothing
final class AssignmentTest {

    private final List<Partition> partitions = new ArrayList<>();
    private final Map<Integer, Double> loads = new HashMap<>();

    private void add(int count, @Nullable String target) {
        for (int i = 0; i < count; i++) {
            partitions.add(new Partition(partitions.size(), 0, target, target));
        }
    }

    private static SequencedSet<String> nodes(String... names) {
        return new LinkedHashSet<>(List.of(names));
    }

    /// Applies changes until there are none.
    private int settle(SequencedSet<String> nodes, int maxMoves) {
        for (int rounds = 0; ; rounds++) {
            Map<Integer, String> changes = Assignment.changes(partitions, loads, nodes, maxMoves);
            if (changes.isEmpty()) {
                return rounds;
            }
            changes.forEach(
                    (number, node) -> partitions.set(number, new Partition(number, 0, node, node)));
        }
    }

    private List<String> targets() {
        return partitions.stream().map(partition -> "" + partition.target()).toList();
    }

    private int countOf(String node) {
        return Collections.frequency(targets(), node);
    }

    @Test
    void theFirstNodeOwnsEverything() {
        add(271, null);

        assertThat(settle(nodes("a"), 16)).isEqualTo(1);
        assertThat(countOf("a")).isEqualTo(271);
    }

    @Test
    void aNewNodeGetsItsShareALittleAtATime() {
        add(271, "a");

        assertThat(Assignment.changes(partitions, loads, nodes("a", "b"), 16)).hasSize(16);
        settle(nodes("a", "b"), 16);
        assertThat(countOf("b")).isBetween(120, 136);
    }

    @Test
    void theSessionsOfAMissingNodeAreSharedAtOnce() {
        add(90, "a");
        add(90, "b");
        add(91, "gone");

        assertThat(Assignment.changes(partitions, loads, nodes("a", "b"), 0)).hasSize(91);
        settle(nodes("a", "b"), 0);
        assertThat(countOf("a")).isBetween(135, 136);
    }

    @Test
    void nothingMovesWhileTheLoadsAreAboutEven() {
        add(95, "a");
        add(90, "b");
        add(86, "c");

        assertThat(settle(nodes("a", "b", "c"), 16)).isZero();
    }

    @Test
    void shortCallsMoveNothing() {
        add(90, "a");
        add(90, "b");
        add(91, "c");
        loads.put(0, 0.3);
        loads.put(100, 0.1);

        assertThat(settle(nodes("a", "b", "c"), 16)).isZero();
    }

    @Test
    void sessionsThatTrainCountMoreThanIdleOnes() {
        add(10, "a"); // of which four train
        add(200, "b");
        List.of(0, 1, 2, 3).forEach(partition -> loads.put(partition, 0.5));

        settle(nodes("a", "b"), 16);

        assertThat(targets().subList(0, 4)).containsExactlyInAnyOrder("a", "a", "b", "b");
    }

    @Test
    void onePartitionWithAllTheLoadIsNotPassedBackAndForth() {
        add(50, "a");
        add(50, "b");
        loads.put(0, 2.0);

        settle(nodes("a", "b"), 16); // ends

        assertThat(partitions.getFirst().target()).isEqualTo("a");
        assertThat(countOf("a")).isEqualTo(50);
    }
}
