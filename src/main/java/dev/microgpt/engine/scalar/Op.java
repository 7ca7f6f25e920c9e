package dev.microgpt.engine.scalar;

/// How a [Value] was computed. Differences are sums with a negative, quotients products with a power.
public enum Op {
    /// It was not: an input or a parameter.
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
    RELU(6);

    private static final Op[] BY_CODE = values();

    /// Stands for it where a reference would take more room.
    final byte code;

    Op(int code) {
        this.code = (byte) code;
    }

    static Op of(byte code) {
        return BY_CODE[code];
    }
}
