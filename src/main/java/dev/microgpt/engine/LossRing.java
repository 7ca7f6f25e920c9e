package dev.microgpt.engine;

import java.util.Arrays;

/// The newest losses, one by one, by step. They are kept in chunks, which are allocated when they are needed: a
/// large array would have to be copied in order to grow, and garbage collectors give it more space than its size.
///
/// Steps are counted from 1. Not thread-safe.
final class LossRing {

    private static final int CHUNK = 1 << 12;
    private static final double[] NOT_ALLOCATED = {};

    private final double[][] chunks;

    /// @param capacity the number of losses that are never overwritten by newer ones
    LossRing(int capacity) {
        this(new double[Math.ceilDiv(capacity, CHUNK)][]);
        Arrays.fill(chunks, NOT_ALLOCATED);
    }

    private LossRing(double[][] chunks) {
        this.chunks = chunks;
    }

    /// Returns a copy.
    LossRing copy() {
        return new LossRing(Arrays.stream(chunks).map(double[]::clone).toArray(double[][]::new));
    }

    double get(long step) {
        return chunks[chunkOf(step)][offsetOf(step)];
    }

    void set(long step, double loss) {
        int chunk = chunkOf(step);
        if (chunks[chunk].length == 0) {
            chunks[chunk] = new double[CHUNK];
        }
        chunks[chunk][offsetOf(step)] = loss;
    }

    /// Frees all chunks without a step of this range.
    ///
    /// @param from the oldest step that is still needed
    /// @param to the newest step, at least `from - 1` and less than `from` plus the capacity
    void retain(long from, long to) {
        boolean[] isNeeded = new boolean[chunks.length];
        for (long step = from; step <= to; step += CHUNK - offsetOf(step)) {
            isNeeded[chunkOf(step)] = true;
        }
        for (int i = 0; i < chunks.length; i++) {
            if (!isNeeded[i]) {
                chunks[i] = NOT_ALLOCATED;
            }
        }
    }

    /// Returns the memory of the allocated chunks.
    long bytes() {
        return Arrays.stream(chunks).mapToLong(chunk -> (long) Double.BYTES * chunk.length).sum();
    }

    private int chunkOf(long step) {
        return (int) ((step - 1) / CHUNK % chunks.length);
    }

    private static int offsetOf(long step) {
        return (int) ((step - 1) % CHUNK);
    }
}
