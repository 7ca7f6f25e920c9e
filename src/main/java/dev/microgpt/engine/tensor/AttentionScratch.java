package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// The buffers of one thread for the attention of one group of heads over one sequence. Their size grows
/// linearly with the context, not with its square.
final class AttentionScratch {

    /// The number of queries of a wide head whose weights are held at the same time.
    static final int QUERIES = 64;

    /// The number of pairs of positions of narrow heads whose weights are held at the same time. The pairs of
    /// a single query may be more.
    private static final int PAIRS = 1024;

    /// The longest sequence whose pairs are listed once and cached.
    private static final int MAX_CACHED_TOKENS = 32;

    final float[] kT; // (D', T') in panels of 48 columns, keys, transposed
    final float[] vT; // (D', T') in panels of 48 columns, values, transposed
    final float[] panels; // (T, D') in panels, keys or values
    final float[] p; // weights: (QUERIES, T'), or for narrow heads (pairs, lanes of a vector)
    final float[] dP; // gradient of p
    final int keyStride; // T' with a gap, see Layout.stride

    /// The scalar product of dO and o for each query of narrow heads, (T, lanes of a vector).
    final float[] delta;

    /// A tile of results that cannot be written in place as a whole, (8, D').
    final float[] block;

    private @Nullable InterleavedSequences interleaved; // allocated when it is first needed
    private final int d; // D'
    private final int context; // blockSize
    private final Pairs[] cachedPairs = new Pairs[MAX_CACHED_TOKENS + 1]; // by number of tokens
    private final Pairs reusedPairs; // for longer sequences

    /// Pairs of a query and a key that it attends to, in an order in which neighbouring pairs share neither.
    static final class Pairs {

        final int[] query;
        final int[] key;
        int count;

        Pairs(int capacity) {
            query = new int[capacity];
            key = new int[capacity];
        }

        /// Lists the pairs of the queries from `first` to `end`, exclusive, ordered by distance to the key.
        void list(int first, int end) {
            count = 0;
            for (int distance = 0; distance < end; distance++) {
                for (int t = Math.max(first, distance); t < end; t++) {
                    query[count] = t;
                    key[count++] = t - distance;
                }
            }
        }
    }

    AttentionScratch(Layout layout) {
        d = layout.d;
        context = layout.blockSize;
        int keys = Layout.padded(context);
        keyStride = Layout.stride(keys);
        if (layout.d < Layout.PAD) {
            int pairs = pairCapacity(context);
            reusedPairs = new Pairs(context <= MAX_CACHED_TOKENS ? 0 : pairs);
            kT = new float[0];
            vT = new float[0];
            panels = new float[0];
            p = new float[pairs * Layout.PAD];
            dP = new float[pairs * Layout.PAD];
            delta = new float[context * Layout.PAD];
            block = new float[0];
        } else {
            reusedPairs = new Pairs(0);
            int columns = (keys + Layout.MAX_PANEL - 1) / Layout.MAX_PANEL * Layout.MAX_PANEL;
            kT = new float[layout.d * columns];
            vT = new float[layout.d * columns];
            panels = new float[layout.d * context];
            int queries = Activations.roundedRows(Math.min(QUERIES, context));
            p = new float[queries * keyStride];
            dP = new float[queries * keyStride];
            delta = new float[0];
            block = new float[Kernels.ROWS * layout.d];
        }
    }

    private static int pairCapacity(double context) {
        return (int) Math.max(context, Math.min(PAIRS, context * (context + 1) / 2));
    }

    /// Returns the approximate size in floats, without interleaved sequences.
    ///
    /// @param d D'
    /// @param context blockSize
    static double floats(double d, double context) {
        double cached = Math.min(MAX_CACHED_TOKENS, context);
        return d < Layout.PAD
                ? pairCapacity(context) * 2.0 * (Layout.PAD + 1)
                        + cached * cached * cached / 3
                        + context * Layout.PAD
                : 2 * (d + Math.min(QUERIES, context + Kernels.ROWS)) * (context + 4 * Layout.PAD)
                        + (context + Kernels.ROWS) * d;
    }

    /// Takes sequences to be interleaved.
    ///
    /// @param from,to range of places in the order of the sequences
    InterleavedSequences interleave(Sequences sequences, int from, int to) {
        if (interleaved == null) {
            interleaved = new InterleavedSequences(d, context);
        }
        interleaved.take(sequences, from, to);
        return interleaved;
    }

    /// Returns the exclusive end of the queries, from `first` on, whose pairs fit into the buffers at the same
    /// time.
    int endOfQueries(int first, int tokens) {
        int room = Math.max(PAIRS, first + 1);
        int end = first;
        while (end < tokens && room > end) {
            room -= ++end;
        }
        return end;
    }

    /// Returns the pairs of a sequence's queries from `first` to `end`, exclusive. Valid until the next call.
    Pairs pairs(int first, int end) {
        if (first > 0 || end > MAX_CACHED_TOKENS) {
            reusedPairs.list(first, end);
            return reusedPairs;
        }
        Pairs pairs = cachedPairs[end];
        if (pairs == null) {
            pairs = new Pairs(end * (end + 1) / 2);
            pairs.list(0, end);
            cachedPairs[end] = pairs;
        }
        return pairs;
    }
}
