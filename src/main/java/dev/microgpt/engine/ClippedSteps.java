package dev.microgpt.engine;

import java.util.BitSet;

/// Counts which of the last steps had a gradient that was shortened.
final class ClippedSteps {

    private static final int MAX_STEPS = 1000;

    private final BitSet clipped = new BitSet(MAX_STEPS); // a ring
    private int size;
    private int next;

    void add(boolean isClipped) {
        clipped.set(next, isClipped);
        next = (next + 1) % MAX_STEPS;
        size = Math.min(MAX_STEPS, size + 1);
    }

    /// Returns the share of the steps, 0 to 1.
    double share() {
        return size == 0 ? 0 : (double) clipped.cardinality() / size;
    }
}
