package dev.microgpt.engine.scalar;

import org.jspecify.annotations.Nullable;

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

    /// d(this)/d(left) at the time of the operation.
    private final double leftGrad;

    /// The same of the right one; of a power, which has none, the exponent.
    private final double rightGrad;

    /// A byte: a reference would make every number of a graph larger by 8 bytes.
    private final byte op;

    /// Set only while a [Topology] orders the graph.
    boolean visited;

    /// A leaf: an input or a parameter.
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

    /// How it was computed.
    public Op op() {
        return Op.of(op);
    }

    /// The exponent of a power.
    ///
    /// @throws IllegalStateException if it is none
    public double exponent() {
        if (op() != Op.POW) {
            throw new IllegalStateException("it is no power: " + op());
        }
        return rightGrad;
    }

    /// What it was computed from: none, one or two.
    ///
    /// @param index 0 or 1
    /// @return null where there are not so many
    public @Nullable Value operand(int index) {
        return index == 0 ? left : right;
    }

    /// The derivative with respect to an operand, with the other one held fast.
    ///
    /// @param index of an operand
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

    /// This number to a constant power.
    public Value pow(double exponent) {
        double local = exponent * StrictMath.pow(data, exponent - 1); // d(x^n)/dx = n x^(n-1)
        return new Value(Op.POW, StrictMath.pow(data, exponent), this, local, null, exponent);
    }

    /// The natural logarithm.
    public Value log() {
        return unary(Op.LOG, StrictMath.log(data), 1 / data);
    }

    public Value exp() {
        double result = StrictMath.exp(data);
        return unary(Op.EXP, result, result);
    }

    /// max(0, x); its derivative at 0 counts as 0.
    public Value relu() {
        return unary(Op.RELU, Math.max(0, data), data > 0 ? 1 : 0);
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

    private Value unary(Op how, double result, double localGrad) {
        return new Value(how, result, this, localGrad, null, 0);
    }

    /// Sets this node's gradient to 1 and adds to every node that it was computed from the
    /// derivative of this node with respect to it.
    ///
    /// Gradients of leaves add up over graphs, as those of a batch do; see [#zeroGrad()]. A second call
    /// on the same graph counts the gradients that the first one has left inside it once more. Uses no
    /// recursion: the graph may be as deep as memory allows.
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
