package dev.microgpt.cluster;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A member in a process of its own, which prints what it sees until it is killed.
public final class NodeProcess {

    private NodeProcess() {}

    /// @param arguments the node's id and port, the number of nodes, and the address of another member
    public static void main(String[] arguments) throws InterruptedException {
        HazelcastMembers members =
                HazelcastMembers.start(
                        new ClusterSettings(
                                true,
                                TestNodes.HOST,
                                Integer.parseInt(arguments[1]),
                                0,
                                Integer.parseInt(arguments[2]),
                                List.of(arguments[3]),
                                null,
                                TestNodes.SECRET,
                                Duration.ofSeconds(5)),
                        new Node(UUID.fromString(arguments[0]), TestNodes.HOST, 1));
        members.onChange(() -> print(members));
        print(members);
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void print(Members members) {
        System.out.printf(
                "%nsees %d, majority %s%n", members.nodes().size(), members.hasMajority());
    }
}
