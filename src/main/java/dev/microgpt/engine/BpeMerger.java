package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// Encodes texts by byte pairs. A heap yields the merge that is next in order, and its leftmost place, so that a text of
/// n bytes takes O(n log n) time. Keeps its memory between texts. Not thread-safe.
final class BpeMerger {

    /// Observes the merges of a text, in the order in which they are made.
    interface Observer {

        /// @param id the token that the merge makes
        /// @param at where its pair begins, as an offset in the bytes
        void merged(int id, int at);
    }

    /// Marks an offset at which no token begins.
    private static final int NONE = -1;

    private final PairIds merges;
    private final byte[][] bytes; // of each token
    private final LongHeap candidates = new LongHeap(); // id of the merge, offset of its pair
    private int[] tokens = {}; // (n), the token that begins at each byte
    private int[] previous = {}; // (n), where the token before it begins
    private @Nullable Observer observer;

    BpeMerger(PairIds merges, byte[][] bytes) {
        this.merges = merges;
        this.bytes = bytes;
    }

    void observe(Observer newObserver) {
        observer = newObserver;
    }

    /// Returns the tokens of a text.
    ///
    /// @param utf8 the text in its first n bytes
    int[] encode(byte[] utf8, int n) {
        if (tokens.length < n) {
            tokens = new int[Math.max(n, 2 * tokens.length)];
            previous = new int[tokens.length];
        }
        candidates.clear();
        for (int i = 0; i < n; i++) {
            tokens[i] = Byte.toUnsignedInt(utf8[i]);
            previous[i] = i - 1;
        }
        for (int i = 0; i + 1 < n; i++) {
            addCandidate(i, i + 1, n);
        }
        int count = n;
        while (!candidates.isEmpty()) {
            long candidate = candidates.pop();
            int id = (int) (candidate >>> Integer.SIZE);
            if (merge(id, (int) candidate, n)) {
                count--;
            }
        }
        int[] result = new int[count];
        int to = 0;
        for (int i = 0; i < n; i += length(i)) {
            result[to++] = tokens[i];
        }
        return result;
    }

    private int length(int at) {
        return bytes[tokens[at]].length;
    }

    private void addCandidate(int first, int second, int n) {
        if (first >= 0 && second < n) {
            int id = merges.get(tokens[first], tokens[second]);
            if (id >= 0) {
                candidates.push((long) id << Integer.SIZE | first);
            }
        }
    }

    /// Makes a merge, if its pair is still there.
    private boolean merge(int id, int first, int n) {
        if (tokens[first] == NONE) {
            return false;
        }
        int second = first + length(first);
        if (second >= n || merges.get(tokens[first], tokens[second]) != id) {
            return false;
        }
        tokens[first] = id;
        tokens[second] = NONE;
        int next = first + length(first);
        if (next < n) {
            previous[next] = first;
        }
        addCandidate(previous[first], first, n);
        addCandidate(first, next, n);
        if (observer != null) {
            observer.merged(id, first);
        }
        return true;
    }
}
