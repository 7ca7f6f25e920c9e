package dev.microgpt.engine.tensor;

/// What a thread needs while it computes the attention of one group of heads over one sequence. Its size
/// grows with the context, not with its square.
final class AttentionScratch {

    /// Queries whose weights are kept at the same time.
    static final int QUERIES = 64;

    /// Pairs of positions whose weights are kept at the same time, where heads are narrow; a query's own
    /// may be more.
    private static final int PAIRS = 1024;

    /// Contexts whose pairs are listed once for all.
    private static final int LISTED = 32;

    final float[] kT; // (D', T'), keys, transposed
    final float[] vT; // (D', T'), values, transposed
    final float[] p; // weights: (QUERIES, T'), or for narrow heads (pairs, a vector)
    final float[] dP; // their gradient
    final int keyStride; // T' with a gap

    /// Of narrow heads: dO.o of each query, (T, a vector).
    final float[] delta;

    /// For rows that may not go where they belong: (8, D').
    final float[] block;

    private final Pairs[] listed = new Pairs[LISTED + 1];
    private final Pairs some;

    /// Pairs of a query and a key that it looks at, such that neighbours in the list share neither.
    static final class Pairs {

        final int[] query;
        final int[] key;
        int count;

        Pairs(int capacity) {
            query = new int[capacity];
            key = new int[capacity];
        }

        /// Lists the pairs of the queries from `first` to `end`, by the distance to their key.
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
        int context = layout.blockSize;
        int keys = Layout.padded(context);
        keyStride = Layout.stride(keys);
        if (layout.d < Layout.PAD) {
            int pairs = pairCapacity(context);
            some = new Pairs(context <= LISTED ? 0 : pairs);
            kT = new float[0];
            vT = new float[0];
            p = new float[pairs * Layout.PAD];
            dP = new float[pairs * Layout.PAD];
            delta = new float[context * Layout.PAD];
            block = new float[0];
        } else {
            some = new Pairs(0);
            kT = new float[layout.d * keyStride];
            vT = new float[layout.d * keyStride];
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

    /// The numbers that it holds.
    ///
    /// @param context blockSize
    static double floats(double d, double context) {
        double listed = Math.min(LISTED, context);
        return d < Layout.PAD
                ? pairCapacity(context) * 2.0 * (Layout.PAD + 1)
                        + listed * listed * listed / 3
                        + context * Layout.PAD
                : 2 * (d + Math.min(QUERIES, context + Kernels.ROWS)) * (context + 2 * Layout.PAD)
                        + Kernels.ROWS * d;
    }

    /// After the last of the queries, from `first` on, whose pairs fit here at the same time.
    int endOfQueries(int first, int tokens) {
        int room = Math.max(PAIRS, first + 1);
        int end = first;
        while (end < tokens && room > end) {
            room -= ++end;
        }
        return end;
    }

    /// The pairs of a sequence's queries from `first` to `end`; valid until the next call.
    Pairs pairs(int first, int end) {
        if (first > 0 || end > LISTED) {
            some.list(first, end);
            return some;
        }
        Pairs pairs = listed[end];
        if (pairs == null) {
            pairs = new Pairs(end * (end + 1) / 2);
            pairs.list(0, end);
            listed[end] = pairs;
        }
        return pairs;
    }
}
