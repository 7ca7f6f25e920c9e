package dev.microgpt.engine;

/// The newest losses, one by one, by step. They are kept in chunks, which are allocated when they are needed: a
/// large array would have to be copied in order to grow, and garbage collectors give it more space than its size.
///
/// Steps are counted from 1. Not thread-safe.
final class LossRing {

    private static final int CHUNK = 1 << 12;

    private final double[][] chunks; // null if not allocated

    /// @param capacity the number of losses that are never overwritten by newer ones
    LossRing(int capacity) {
        this(new double[Math.ceilDiv(capacity, CHUNK)][]);
    }

    private LossRing(double[][] chunks) {
        this.chunks = chunks;
    }

    /// Returns a copy.
    LossRing copy() {
        double[][] copies = new double[chunks.length][];
        for (int i = 0; i < chunks.length; i++) {
            copies[i] = chunks[i] == null ? null : chunks[i].clone();
        }
        return new LossRing(copies);
    }

    double get(long step) {
        return chunks[chunkOf(step)][offsetOf(step)];
    }

    void set(long step, double loss) {
        int chunk = chunkOf(step);
        if (chunks[chunk] == null) {
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
                chunks[i] = null;
            }
        }
    }

    /// Returns the memory of the allocated chunks.
    long bytes() {
        long bytes = 0;
        for (double[] chunk : chunks) {
            bytes += chunk == null ? 0 : (long) Double.BYTES * CHUNK;
        }
        return bytes;
    }

    private int chunkOf(long step) {
        return (int) ((step - 1) / CHUNK % chunks.length);
    }

    private static int offsetOf(long step) {
        return (int) ((step - 1) % CHUNK);
    }
}
