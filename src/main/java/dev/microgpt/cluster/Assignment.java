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

    /// The load that a partition counts for without any sessions that train: a small part of one thread, so that idle
    /// partitions are spread evenly, but sessions that train matter far more.
    private static final double IDLE_LOAD = 0.001;

    /// How far the loads of two nodes may differ before partitions move, as a part of the mean load.
    private static final double TOLERANCE = 0.2;

    private Assignment() {}

    /// Returns the partitions whose target must change, with their new targets. Partitions without a target that can
    /// own them come first; then some move from the busiest node to the idlest, as long as that makes the loads more
    /// even.
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
            double load = IDLE_LOAD + loads.getOrDefault(partition.number(), 0.0);
            Weighted weighted = new Weighted(partition.number(), load);
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
            Share idlest = idlest(shares.values());
            idlest.add(orphan);
            changes.put(orphan.partition, idlest.node);
        }
        balance(shares.values(), maxMoves, changes);
        return changes;
    }

    private static void balance(
            Collection<Share> shares, int maxMoves, Map<Integer, String> changes) {
        double mean = shares.stream().mapToDouble(share -> share.load).sum() / shares.size();
        for (int moves = 0; moves < maxMoves; moves++) {
            Share busiest = busiest(shares);
            Share idlest = idlest(shares);
            double gap = busiest.load - idlest.load;
            Weighted best = busiest.nearest(gap);
            if (gap <= TOLERANCE * mean || best == null) {
                return;
            }
            busiest.remove(best);
            idlest.add(best);
            changes.put(best.partition, idlest.node);
        }
    }

    private static Share idlest(Collection<Share> shares) {
        return Collections.min(shares, Comparator.comparingDouble(share -> share.load));
    }

    private static Share busiest(Collection<Share> shares) {
        return Collections.max(shares, Comparator.comparingDouble(share -> share.load));
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

        void remove(Weighted partition) {
            partitions.remove(partition);
            load -= partition.load;
        }

        /// Returns the partition whose move would close a gap best; null if each would only turn it round.
        @Nullable Weighted nearest(double gap) {
            return partitions.stream()
                    .filter(partition -> partition.load < gap)
                    .min(Comparator.comparingDouble(p -> Math.abs(p.load - gap / 2)))
                    .orElse(null);
        }
    }
}
