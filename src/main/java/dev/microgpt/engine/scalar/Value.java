package dev.microgpt.engine.scalar;

import org.jspecify.annotations.Nullable;

/// A number that records how it was computed, so that its derivatives can be taken (reverse-mode automatic
/// differentiation). Follows the class of the same name in microgpt.py.
///
/// Every operation creates a new node of a graph. [#backward()] on the last node adds to each node's
/// [#grad()] the derivative of the last node with respect to it.
///
/// ```java
/// Value a = new Value(2.0);
/// Value b = new Value(3.0);
/// Value c = a.mul(b).add(a); // 8
/// c.backward();
/// a.grad(); // dc/da = b + 1 = 4
/// ```
///
/// Not thread-safe. Equality is identity.
public final class Value {

    private double data;
    private double grad;

    /// The left operand; null in a leaf.
    private final @Nullable Value left;

    /// The right operand; null in a leaf and after a unary operation.
    private final @Nullable Value right;

    /// d(this)/d(left) at the time of the operation.
    private final double leftGrad;

    /// d(this)/d(right) at the time of the operation. A power has no right operand and keeps its exponent
    /// here.
    private final double rightGrad;

    /// The code of the operation. A reference would make every node 8 bytes larger.
    private final byte op;

    /// True only while a [Topology] orders the graph.
    boolean visited;

    /// Creates a leaf: an input or a parameter.
    public Value(double data) {
        this(Op.LEAF, data, null, 0, null, 0);
    }

    private Value(
            Op op,
            double data,
            @Nullable Value left,
            double leftGrad,
            @Nullable Value right,
            double rightGrad) {
        this.op = op.code;
        this.data = data;
        this.left = left;
        this.leftGrad = leftGrad;
        this.right = right;
        this.rightGrad = rightGrad;
    }

    /// Returns the number itself.
    public double data() {
        return data;
    }

    /// Changes the number of this node alone; results already computed from it keep their values.
    public void setData(double data) {
        this.data = data;
    }

    /// Returns the sum of all derivatives that [#backward()] calls have added to this node.
    public double grad() {
        return grad;
    }

    /// Resets the gradient to 0.
    public void zeroGrad() {
        grad = 0;
    }

    /// Returns the operation that computed this number.
    public Op op() {
        return Op.of(op);
    }

    /// Returns the exponent of a power.
    ///
    /// @throws IllegalStateException if this number was not computed as a power
    public double exponent() {
        if (op() != Op.POW) {
            throw new IllegalStateException("the operation must be POW, but is " + op());
        }
        return rightGrad;
    }

    /// Returns an operand of this number.
    ///
    /// @param index 0 for the left operand, 1 for the right one
    /// @return null if there is no such operand
    public @Nullable Value operand(int index) {
        return index == 0 ? left : right;
    }

    /// Returns the partial derivative of this number with respect to an operand.
    ///
    /// @param index of an operand, see [#operand]
    public double localGrad(int index) {
        return index == 0 ? leftGrad : rightGrad;
    }

    public Value add(Value other) {
        return new Value(Op.ADD, data + other.data, this, 1, other, 1);
    }

    public Value add(double other) {
        return add(new Value(other));
    }

    public Value mul(Value other) {
        return new Value(Op.MUL, data * other.data, this, other.data, other, data);
    }

    public Value mul(double other) {
        return mul(new Value(other));
    }

    /// Returns this number to a constant power.
    public Value pow(double exponent) {
        double local = exponent * StrictMath.pow(data, exponent - 1); // d(x^n)/dx = n x^(n-1)
        return new Value(Op.POW, StrictMath.pow(data, exponent), this, local, null, exponent);
    }

    /// Returns the natural logarithm.
    public Value log() {
        return unary(Op.LOG, StrictMath.log(data), 1 / data);
    }

    public Value exp() {
        double result = StrictMath.exp(data);
        return unary(Op.EXP, result, result);
    }

    /// Returns max(0, x), with derivative 0 at 0.
    public Value relu() {
        return unary(Op.RELU, Math.max(0, data), data > 0 ? 1 : 0);
    }

    /// Returns 1 / (1 + e^-x).
    public Value sigmoid() {
        double e = StrictMath.exp(-Math.abs(data)); // cannot overflow
        double result = (data < 0 ? e : 1) / (1 + e);
        return unary(Op.SIGMOID, result, result * (1 - result));
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

    private Value unary(Op op, double result, double localGrad) {
        return new Value(op, result, this, localGrad, null, 0);
    }

    /// Sets this node's gradient to 1, and adds to the gradient of every node that it was computed from the
    /// derivative of this node with respect to it.
    ///
    /// Gradients of leaves accumulate over graphs, as for the documents of a batch; see [#zeroGrad()]. A
    /// second call on the same graph propagates the gradients that the first call left inside it again. Uses
    /// no recursion, so the graph may be as deep as memory allows.
    public void backward() {
        Topology topology = Topology.of(this);
        grad = 1;
        for (int i = topology.size() - 1; i >= 0; i--) {
            Value node = topology.node(i);
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
}
