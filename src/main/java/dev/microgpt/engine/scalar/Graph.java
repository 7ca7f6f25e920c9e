package dev.microgpt.engine.scalar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;

/// All numbers that one number was computed from, to be walked both ways: down to the operands of each,
/// and up to what was computed from it.
///
/// Each has an id, from 0 on. Operands come before what is computed from them; graphs that are made by
/// the same operations in the same order have the same ids.
public final class Graph {

    private final Value[] nodes;
    private final IdentityHashMap<Value, Integer> ids;
    private final int[] firstUse; // (size + 1), index in uses
    private final int[] uses; // ids, those of one node after those of the one before

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

    /// The graph of a number.
    ///
    /// @param root has the largest id of all that it was computed from
    /// @param others follow it where they are not among these
    public static Graph of(Value root, Value... others) {
        Value[] roots = new Value[1 + others.length];
        roots[0] = root;
        System.arraycopy(others, 0, roots, 1, others.length);
        return new Graph(Topology.of(roots).nodes());
    }

    /// The ids of different operands.
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

    /// How many numbers there are.
    public int size() {
        return nodes.length;
    }

    /// @throws IndexOutOfBoundsException if there is none
    public Value node(int id) {
        return nodes[id];
    }

    /// The id of a number.
    ///
    /// @throws IllegalArgumentException if it is none of this graph
    public int idOf(Value node) {
        Integer id = ids.get(node);
        if (id == null) {
            throw new IllegalArgumentException("not in the graph: " + node);
        }
        return id;
    }

    /// The operands of a number in their order: none, one, or two, which may be the same.
    public int[] operands(int id) {
        Value right = nodes[id].operand(1);
        int[] operands = operands(nodes[id]);
        return right != null && operands.length == 1
                ? new int[] {operands[0], operands[0]}
                : operands;
    }

    /// The numbers of which this one is an operand, in the order of their ids.
    public int[] uses(int id) {
        return Arrays.copyOfRange(uses, firstUse[id], firstUse[id + 1]);
    }

    /// How many they are.
    public int numUses(int id) {
        return firstUse[id + 1] - firstUse[id];
    }

    /// Which way to walk.
    public enum Direction {
        /// To the operands, down to the parameters.
        DOWN,
        /// To what was computed from it, up to the loss.
        UP
    }

    /// Walks from a number breadth first, each number once.
    ///
    /// @param from so many are left out, beginning with the first one itself
    /// @param limit so many follow at most
    /// @return ids
    public int[] walk(int id, Direction direction, int from, int limit) {
        long wanted = Math.min((long) from + limit, nodes.length);
        BitSet seen = new BitSet(nodes.length);
        int[] way = new int[Math.toIntExact(wanted)];
        int length = 0;
        seen.set(id);
        if (wanted > 0) {
            way[length++] = id;
        }
        for (int done = 0; done < length && length < wanted; done++) {
            int[] neighbours = direction == Direction.DOWN ? operands(way[done]) : uses(way[done]);
            for (int neighbour : neighbours) {
                if (length < wanted && !seen.get(neighbour)) {
                    seen.set(neighbour);
                    way[length++] = neighbour;
                }
            }
        }
        return Arrays.copyOfRange(way, Math.min(from, length), length);
    }
}
