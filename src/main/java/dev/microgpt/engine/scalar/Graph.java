package dev.microgpt.engine.scalar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;

/// The computation graph of a number: the number itself and all that it was computed from, with edges in
/// both directions, down to the operands and up to the uses.
///
/// Each node has an id from 0 to size() - 1. Operands have lower ids than the results computed from them.
/// Graphs that are built by the same operations in the same order have the same ids.
public final class Graph {

    private final Value[] nodes;
    private final IdentityHashMap<Value, Integer> ids;
    private final int[] firstUse; // (size + 1), index in uses
    private final int[] uses; // ids, grouped by operand in the order of operand ids

    private Graph(Value[] nodes) {
        this.nodes = nodes;
        ids = new IdentityHashMap<>(nodes.length);
        for (int id = 0; id < nodes.length; id++) {
            ids.put(nodes[id], id);
        }
        firstUse = new int[nodes.length + 1];
        for (Value node : nodes) {
            for (int operand : operands(node)) {
                firstUse[operand + 1]++;
            }
        }
        Arrays.parallelPrefix(firstUse, Integer::sum);
        uses = new int[firstUse[nodes.length]];
        int[] next = firstUse.clone();
        for (int id = 0; id < nodes.length; id++) {
            for (int operand : operands(nodes[id])) {
                uses[next[operand]++] = id;
            }
        }
    }

    /// Returns the graph of a number, with further numbers and what these were computed from.
    ///
    /// @param root gets the largest id among the nodes that it was computed from
    /// @param others numbers to add after the root, as far as they are not in its graph
    public static Graph of(Value root, Value... others) {
        Value[] roots = new Value[1 + others.length];
        roots[0] = root;
        System.arraycopy(others, 0, roots, 1, others.length);
        return new Graph(Topology.of(roots).nodes());
    }

    /// Returns the ids of the distinct operands.
    private int[] operands(Value node) {
        Value left = node.operand(0);
        Value right = node.operand(1);
        if (left == null) {
            return new int[0];
        }
        return right == null || left == right
                ? new int[] {idOf(left)}
                : new int[] {idOf(left), idOf(right)};
    }

    /// Returns the number of nodes.
    public int size() {
        return nodes.length;
    }

    /// Returns the node with an id.
    ///
    /// @throws IndexOutOfBoundsException if there is none
    public Value node(int id) {
        return nodes[id];
    }

    /// Returns the id of a node.
    ///
    /// @throws IllegalArgumentException if it is not in this graph
    public int idOf(Value node) {
        Integer id = ids.get(node);
        if (id == null) {
            throw new IllegalArgumentException("not in the graph: " + node);
        }
        return id;
    }

    /// Returns the ids of a node's operands in their order: none, one, or two, which may be the same.
    public int[] operands(int id) {
        Value right = nodes[id].operand(1);
        int[] operands = operands(nodes[id]);
        return right != null && operands.length == 1
                ? new int[] {operands[0], operands[0]}
                : operands;
    }

    /// Returns the ids of the nodes of which this one is an operand, in ascending order.
    public int[] uses(int id) {
        return Arrays.copyOfRange(uses, firstUse[id], firstUse[id + 1]);
    }

    /// Returns the number of nodes of which this one is an operand.
    public int numUses(int id) {
        return firstUse[id + 1] - firstUse[id];
    }

    /// The direction of a walk.
    public enum Direction {
        /// To the operands, down to the parameters.
        DOWN,
        /// To the uses, up to the loss.
        UP
    }

    /// Walks from a node breadth first, visiting each node once.
    ///
    /// @param id the node to start from, which is visited first
    /// @param skip number of visited nodes to leave out at the beginning
    /// @param limit largest number of nodes to return
    /// @return ids in the order of the walk
    public int[] walk(int id, Direction direction, int skip, int limit) {
        long wanted = Math.min((long) skip + limit, nodes.length);
        BitSet seen = new BitSet(nodes.length);
        int[] visited = new int[Math.toIntExact(wanted)];
        int length = 0;
        seen.set(id);
        if (wanted > 0) {
            visited[length++] = id;
        }
        for (int i = 0; i < length && length < wanted; i++) {
            int[] neighbours =
                    direction == Direction.DOWN ? operands(visited[i]) : uses(visited[i]);
            for (int neighbour : neighbours) {
                if (length < wanted && !seen.get(neighbour)) {
                    seen.set(neighbour);
                    visited[length++] = neighbour;
                }
            }
        }
        return Arrays.copyOfRange(visited, Math.min(skip, length), length);
    }
}
