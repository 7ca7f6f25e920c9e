package dev.microgpt.engine.scalar;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A number that remembers how it was computed, so that derivatives can be taken of it.
///
/// Every operation makes a new node of a graph. [#backward()] on the last node adds to each node's
/// [#grad()] the derivative of the last one with respect to it (reverse-mode automatic
/// differentiation). After microgpt.py's class of the same name.
///
/// ```java
/// Value a = new Value(2.0);
/// Value b = new Value(3.0);
/// Value c = a.mul(b).add(a); // 8
/// c.backward();
/// a.grad(); // dc/da = b + 1 = 4
/// ```
///
/// Not safe for use by several threads at once. Equality is identity.
public final class Value {

    private double data;
    private double grad;

    /// The operands; a leaf has none, a unary operation only the left one.
    private final @Nullable Value left;

    private final @Nullable Value right;

    /// d(this)/d(left) and d(this)/d(right) at the time of the operation.
    private final double leftGrad;

    private final double rightGrad;

    /// Set only while [#backward()] orders the graph.
    private boolean visited;

    /// A leaf: an input or a parameter.
    public Value(double data) {
        this(data, null, 0, null, 0);
    }

    private Value(
            double data,
            @Nullable Value left,
            double leftGrad,
            @Nullable Value right,
            double rightGrad) {
        this.data = data;
        this.left = left;
        this.leftGrad = leftGrad;
        this.right = right;
        this.rightGrad = rightGrad;
    }

    /// The number itself.
    public double data() {
        return data;
    }

    /// Changes the number of this node alone: what was computed from it stays as it was.
    public void setData(double data) {
        this.data = data;
    }

    /// The sum of all derivatives that [#backward()] calls have brought here.
    public double grad() {
        return grad;
    }

    /// Forgets the derivatives collected so far.
    public void zeroGrad() {
        grad = 0;
    }

    public Value add(Value other) {
        return new Value(data + other.data, this, 1, other, 1);
    }

    public Value add(double other) {
        return add(new Value(other));
    }

    public Value mul(Value other) {
        return new Value(data * other.data, this, other.data, other, data);
    }

    public Value mul(double other) {
        return mul(new Value(other));
    }

    /// This number to a constant power.
    public Value pow(double exponent) {
        double local = exponent * StrictMath.pow(data, exponent - 1); // d(x^n)/dx = n x^(n-1)
        return unary(StrictMath.pow(data, exponent), local);
    }

    /// The natural logarithm.
    public Value log() {
        return unary(StrictMath.log(data), 1 / data);
    }

    public Value exp() {
        double result = StrictMath.exp(data);
        return unary(result, result);
    }

    /// max(0, x); its derivative at 0 counts as 0.
    public Value relu() {
        return unary(Math.max(0, data), data > 0 ? 1 : 0);
    }

    public Value neg() {
        return mul(-1);
    }

    public Value sub(Value other) {
        return add(other.neg());
    }

    public Value sub(double other) {
        return sub(new Value(other));
    }

    /// Division, as multiplication by `other` to the power -1.
    public Value div(Value other) {
        return mul(other.pow(-1));
    }

    public Value div(double other) {
        return div(new Value(other));
    }

    private Value unary(double result, double localGrad) {
        return new Value(result, this, localGrad, null, 0);
    }

    /// Sets this node's gradient to 1 and adds to every node that it was computed from the
    /// derivative of this node with respect to it.
    ///
    /// Gradients of leaves add up over graphs, as those of a batch do; see [#zeroGrad()]. A second call
    /// on the same graph counts the gradients that the first one has left inside it once more. Uses no
    /// recursion: the graph may be as deep as memory allows.
    public void backward() {
        Topology topology = new Topology();
        topology.visit(this);
        grad = 1;
        for (int i = topology.size - 1; i >= 0; i--) {
            Value node = topology.nodes[i];
            if (node.left != null) {
                node.left.grad += node.leftGrad * node.grad; // chain rule
            }
            if (node.right != null) {
                node.right.grad += node.rightGrad * node.grad;
            }
        }
    }

    @Override
    public String toString() {
        return "Value(data=" + data + ", grad=" + grad + ")";
    }

    /// Nodes in depth-first post-order: each one after its operands, as the recursive original
    /// orders them, so that sums of gradients round alike.
    private static final class Topology {

        Value[] nodes = new Value[1024];
        int size;

        /// The path from the root to the node being visited, with the number of operands of each
        /// that are done.
        private Value[] path = new Value[256];

        private byte[] done = new byte[256];
        private int depth;

        void visit(Value root) {
            enter(root);
            while (depth > 0) {
                Value node = path[depth - 1];
                switch (done[depth - 1]++) {
                    case 0 -> enter(node.left);
                    case 1 -> enter(node.right);
                    default -> {
                        depth--;
                        append(node);
                    }
                }
            }
            for (int i = 0; i < size; i++) {
                nodes[i].visited = false;
            }
        }

        private void enter(@Nullable Value node) {
            if (node == null || node.visited) {
                return;
            }
            node.visited = true;
            if (node.left == null) {
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
}
