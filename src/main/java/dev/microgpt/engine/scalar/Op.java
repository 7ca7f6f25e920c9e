package dev.microgpt.engine.scalar;

/// The operation that computed a [Value]. A difference is a sum with a negated operand, a quotient a product
/// with a power.
public enum Op {
    /// No operation: an input or a parameter.
    LEAF(0),
    /// a + b
    ADD(1),
    /// a * b
    MUL(2),
    /// a to a constant power
    POW(3),
    /// the natural logarithm
    LOG(4),
    /// e to the power of a
    EXP(5),
    /// max(0, a)
    RELU(6),
    /// 1 / (1 + e^-a)
    SIGMOID(7);

    private static final Op[] BY_CODE = values();

    /// Stored in place of a reference to save memory.
    final byte code;

    Op(int code) {
        this.code = (byte) code;
    }

    static Op of(byte code) {
        return BY_CODE[code];
    }
}
