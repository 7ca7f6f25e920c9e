package dev.microgpt.cluster;

import dev.microgpt.session.persistence.PartitionStore.Partition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;

/// Decides which node is to own which partition.
final class Assignment {

    /// How far the loads, or the numbers of partitions, of two nodes may differ before partitions move, as a part of the
    /// mean.
    private static final double TOLERANCE = 0.2;

    /// How far the loads of two nodes may differ in any case, in threads. Short calls are no reason to move sessions.
    private static final double MIN_GAP = 0.5;

    private static final Comparator<Share> BY_LOAD =
            Comparator.<Share>comparingDouble(share -> share.load).thenComparingInt(Share::size);

    private static final Comparator<Share> BY_SIZE =
            Comparator.comparingInt(Share::size).thenComparingDouble(share -> share.load);

    private Assignment() {}

    /// Returns the partitions whose target must change, with their new targets. Partitions without a target that can
    /// own them come first; then some move, as long as that makes more even first the loads, then the numbers of
    /// partitions.
    ///
    /// @param partitions all partitions
    /// @param loads the load of each partition with sessions that train, in threads
    /// @param nodes the nodes that may own partitions, in an order on which all nodes agree; not empty
    /// @param maxMoves how many partitions may move although their node may keep them
    static Map<Integer, String> changes(
            List<Partition> partitions,
            Map<Integer, Double> loads,
            SequencedSet<String> nodes,
            int maxMoves) {
        Map<String, Share> shares = new LinkedHashMap<>();
        nodes.forEach(node -> shares.put(node, new Share(node)));
        List<Weighted> orphans = new ArrayList<>();
        for (Partition partition : partitions) {
            Weighted weighted =
                    new Weighted(partition.number(), loads.getOrDefault(partition.number(), 0.0));
            Share share = shares.get(partition.target());
            if (share == null) {
                orphans.add(weighted);
            } else {
                share.add(weighted);
            }
        }
        Map<Integer, String> changes = new TreeMap<>();
        orphans.sort(Comparator.comparingDouble(Weighted::load).reversed());
        for (Weighted orphan : orphans) {
            Share next = Collections.min(shares.values(), orphan.load > 0 ? BY_LOAD : BY_SIZE);
            next.add(orphan);
            changes.put(orphan.partition, next.node);
        }
        balance(shares.values(), maxMoves, changes);
        return changes;
    }

    private static void balance(
            Collection<Share> shares, int maxMoves, Map<Integer, String> changes) {
        for (int moves = 0; moves < maxMoves; moves++) {
            if (!evenLoads(shares, changes) && !evenSizes(shares, changes)) {
                return;
            }
        }
    }

    /// Moves a partition from the busiest node to the idlest.
    ///
    /// @return whether that makes their loads more even
    private static boolean evenLoads(Collection<Share> shares, Map<Integer, String> changes) {
        double mean = shares.stream().mapToDouble(share -> share.load).average().orElse(0);
        Share busiest = Collections.max(shares, BY_LOAD);
        Share idlest = Collections.min(shares, BY_LOAD);
        double gap = busiest.load - idlest.load;
        Weighted best = busiest.nearest(gap);
        if (gap <= Math.max(MIN_GAP, TOLERANCE * mean) || best == null) {
            return false;
        }
        busiest.move(best, idlest, changes);
        return true;
    }

    /// Moves an idle partition from the node with the most partitions to the one with the fewest.
    ///
    /// @return whether that makes their numbers more even
    private static boolean evenSizes(Collection<Share> shares, Map<Integer, String> changes) {
        double mean = shares.stream().mapToInt(Share::size).average().orElse(0);
        Share largest = Collections.max(shares, BY_SIZE);
        Share smallest = Collections.min(shares, BY_SIZE);
        int gap = largest.size() - smallest.size();
        Weighted idle = largest.idle();
        if (gap < 2 || gap <= TOLERANCE * mean || idle == null) {
            return false;
        }
        largest.move(idle, smallest, changes);
        return true;
    }

    private record Weighted(int partition, double load) {}

    /// What a node is to own.
    private static final class Share {

        private final String node;
        private final List<Weighted> partitions = new ArrayList<>();
        private double load;

        Share(String node) {
            this.node = node;
        }

        void add(Weighted partition) {
            partitions.add(partition);
            load += partition.load;
        }

        void move(Weighted partition, Share to, Map<Integer, String> changes) {
            partitions.remove(partition);
            load -= partition.load;
            to.add(partition);
            changes.put(partition.partition, to.node);
        }

        int size() {
            return partitions.size();
        }

        /// Returns the partition whose move would close a gap best; null if each would only turn it round.
        @Nullable Weighted nearest(double gap) {
            return partitions.stream()
                    .filter(partition -> partition.load > 0 && partition.load < gap)
                    .min(Comparator.comparingDouble(p -> Math.abs(p.load - gap / 2)))
                    .orElse(null);
        }

        /// Returns a partition without sessions that train; null if there is none.
        @Nullable Weighted idle() {
            return partitions.stream()
                    .filter(partition -> partition.load == 0)
                    .findFirst()
                    .orElse(null);
        }
    }
}
