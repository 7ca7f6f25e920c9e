package dev.microgpt.engine.tensor;

/// The buffers of one thread for the attention of [SimdInterleavedAttention]: queries, keys and values of as many sequences as
/// a head has elements. Each vector holds one element of each head in each sequence, for one position.
final class InterleavedSequences {

    /// The most positions of a sequence.
    static final int MAX_TOKENS = 32;

    final float[] q; // (T, D', lanes), and so the others
    final float[] k;
    final float[] v;
    final float[] o;
    final float[] dO; // gradient of o
    final float[] dQ; // gradient of q
    final float[] dK; // gradient of k
    final float[] dV; // gradient of v
    final float[] delta; // (T, lanes), the scalar product of dO and o

    /// The row of each position of each sequence, (T, D'). Positions after the last one of a sequence have its row.
    final int[] rows;

    final float[] lengths = new float[Layout.PAD]; // of the sequence of each lane
    private final int d;
    int tokens; // T, of the longest sequence

    /// @param d D'
    InterleavedSequences(int d, int context) {
        this.d = d;
        int positions = Math.min(context, MAX_TOKENS);
        int size = positions * d * Layout.PAD;
        q = new float[size];
        k = new float[size];
        v = new float[size];
        o = new float[size];
        dO = new float[size];
        dQ = new float[size];
        dK = new float[size];
        dV = new float[size];
        delta = new float[positions * Layout.PAD];
        rows = new int[positions * d];
    }

    /// Returns the approximate size in floats.
    static double floats(double d, double context) {
        return Math.min(context, MAX_TOKENS) * (8 * d + 1) * Layout.PAD;
    }

    /// Takes sequences. If they are fewer than a head has elements, the last one takes the other places, too.
    ///
    /// @param from,to range of places in the order of the sequences
    void take(Sequences sequences, int from, int to) {
        tokens = sequences.length(to - 1);
        for (int i = 0; i < d; i++) {
            int place = Math.min(from + i, to - 1);
            int start = sequences.start(place);
            int length = sequences.length(place);
            for (int t = 0; t < tokens; t++) {
                rows[t * d + i] = start + Math.min(t, length - 1);
            }
            for (int lane = i; lane < Layout.PAD; lane += d) {
                lengths[lane] = length;
            }
        }
    }

    /// Returns the row in which the longest sequence has a position.
    int row(int t) {
        return rows[t * d + d - 1];
    }
}
