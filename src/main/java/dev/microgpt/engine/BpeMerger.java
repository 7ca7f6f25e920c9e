package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// Encodes texts by byte pairs. A queue yields the merge that is next in order, and its leftmost place, so that a text
/// of n bytes takes O(n log n) time at most. Keeps its memory between short texts. Not thread-safe.
final class BpeMerger {

    /// Observes the merges of a text, in the order in which they are made.
    interface Observer {

        /// @param id the token that the merge makes
        /// @param at where its pair begins, as an offset in the bytes
        void merged(int id, int at);
    }

    /// Marks an offset at which no token begins or ends.
    private static final char NONE = 0xFFFF;

    /// From this length on, buckets are faster than a heap.
    private static final int LONG_TEXT = 1 << 16;

    private final PairIds merges;
    private final byte[][] bytes; // of each token
    private final LongHeap heap = new LongHeap();
    private LongQueue candidates = heap; // id of the merge, offset of its pair

    /// (n), the id of each token at the offsets of its first and of its last byte, so that both neighbours of a token
    /// are found.
    private char[] tokens = {};

    private @Nullable Observer observer;

    BpeMerger(PairIds merges, byte[][] bytes) {
        this.merges = merges;
        this.bytes = bytes;
    }

    void observe(Observer newObserver) {
        observer = newObserver;
    }

    /// Returns the tokens of a text.
    char[] encode(byte[] utf8) {
        int n = utf8.length;
        candidates = n < LONG_TEXT ? heap : new LongBuckets(bytes.length);
        if (tokens.length < n) {
            tokens = new char[n < LONG_TEXT ? Math.max(n, 2 * tokens.length) : n];
        }
        for (int i = 0; i < n; i++) {
            tokens[i] = (char) Byte.toUnsignedInt(utf8[i]);
        }
        for (int i = 0; i + 1 < n; i++) {
            addCandidate(i, i + 1);
        }
        int count = n;
        while (!candidates.isEmpty()) {
            long candidate = candidates.pop();
            if (merge((int) (candidate >>> Integer.SIZE), (int) candidate, n)) {
                count--;
            }
        }
        char[] result = new char[count];
        int to = 0;
        for (int i = 0; i < n; i += bytes[tokens[i]].length) {
            result[to++] = tokens[i];
        }
        if (n >= LONG_TEXT) {
            candidates = heap;
            tokens = new char[0];
        }
        return result;
    }

    private void addCandidate(int first, int second) {
        int id = merges.get(tokens[first], tokens[second]);
        if (id >= 0) {
            candidates.push((long) id << Integer.SIZE | first);
        }
    }

    /// Makes a merge, if its pair is still there. Otherwise a neighbour has been merged, and the tokens are others.
    private boolean merge(int id, int first, int n) {
        int second = tokens[first] == NONE ? n : first + bytes[tokens[first]].length;
        if (second >= n || merges.get(tokens[first], tokens[second]) != id) {
            return false;
        }
        int next = first + bytes[id].length;
        tokens[second] = NONE;
        tokens[first] = (char) id;
        tokens[next - 1] = (char) id;
        if (first > 0) {
            addCandidate(first - bytes[tokens[first - 1]].length, first);
        }
        if (next < n) {
            addCandidate(first, next);
        }
        if (observer != null) {
            observer.merged(id, first);
        }
        return true;
    }
}
