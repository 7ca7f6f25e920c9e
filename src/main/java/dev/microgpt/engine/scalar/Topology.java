package dev.microgpt.engine.scalar;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The nodes of a graph in depth-first post-order: each node after its operands. This is the order of the
/// recursive original, so that sums of gradients round in the same way.
final class Topology {

    private Value[] nodes = new Value[1024];
    private int size;

    /// The path from the root to the node being visited.
    private Value[] path = new Value[256];

    private byte[] done = new byte[256]; // number of finished operands of each node on the path
    private int depth;

    private Topology() {}

    int size() {
        return size;
    }

    Value node(int index) {
        return nodes[index];
    }

    /// Returns all nodes in order, (size).
    Value[] nodes() {
        return Arrays.copyOf(nodes, size);
    }

    /// Orders the nodes that the roots were computed from, and the roots. Each node appears once.
    static Topology of(Value... roots) {
        Topology topology = new Topology();
        for (Value root : roots) {
            topology.visit(root);
        }
        for (int i = 0; i < topology.size; i++) {
            topology.nodes[i].visited = false;
        }
        return topology;
    }

    private void visit(Value root) {
        enter(root);
        while (depth > 0) {
            Value node = path[depth - 1];
            switch (done[depth - 1]++) {
                case 0 -> enter(node.operand(0));
                case 1 -> enter(node.operand(1));
                default -> {
                    depth--;
                    append(node);
                }
            }
        }
    }

    private void enter(@Nullable Value node) {
        if (node == null || node.visited) {
            return;
        }
        node.visited = true;
        if (node.operand(0) == null) {
            append(node);
            return;
        }
        if (depth == path.length) {
            path = Arrays.copyOf(path, 2 * depth);
            done = Arrays.copyOf(done, 2 * depth);
        }
        path[depth] = node;
        done[depth++] = 0;
    }

    private void append(Value node) {
        if (size == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * size);
        }
        nodes[size++] = node;
    }
}
