package dev.microgpt.cluster;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a node tells the others about itself.
///
/// @param isDraining whether it hands its sessions over, and takes none
/// @param loads the load of each of its partitions with sessions that train, in threads
record NodeStatus(boolean isDraining, Map<Integer, Double> loads) {

    static final NodeStatus IDLE = new NodeStatus(false, Map.of());

    /// Returns the status as a text such as `false 12=0.5 13=1.0`.
    String write() {
        return Stream.concat(
                        Stream.of(String.valueOf(isDraining)),
                        loads.entrySet().stream().map(Map.Entry::toString))
                .collect(Collectors.joining(" "));
    }

    static NodeStatus read(String text) {
        String[] parts = text.split(" ", -1);
        Map<Integer, Double> loads = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] load = parts[i].split("=", 2);
            loads.put(Integer.valueOf(load[0]), Double.valueOf(load[1]));
        }
        return new NodeStatus(Boolean.parseBoolean(parts[0]), loads);
    }
}
