package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The attention of narrow heads of 4 or 8 elements, for several short sequences at a time.
///
/// A vector holds one element of each of its heads, in as many sequences as a head has elements. So no sum crosses lanes, and
/// all lanes have work, where [SimdAttention] computes each score once for each element. Sequences become
/// vectors by transposing squares of 4 or 8 lanes. After the end of a sequence, its lanes repeat its last position as a query
/// that nothing depends on.
///
/// All sums have the order of those in [SimdAttention], and are equal to the bit.
final class SimdInterleavedAttention {

    /// The number of elements, and of sequences, that are processed together.
    private static final int FOUR = 4;

    private SimdInterleavedAttention() {}

    /// Returns whether heads have a size that is implemented.
    static boolean fits(AttentionBuffers b) {
        return b.d == FOUR || (b.d == 2 * FOUR && b.d <= LANES);
    }

    /// @param p room for the weights of a query
    static void forward(AttentionBuffers b, InterleavedSequences s, float[] p, int group) {
        int end = (group + 1) * Layout.PAD;
        for (int column = group * Layout.PAD; column < end; column += LANES) {
            forwardVector(b, s, p, column);
        }
    }

    /// @param p,dP room for the weights of all queries
    static void backward(
            AttentionBuffers b, InterleavedSequences s, float[] p, float[] dP, int group) {
        int end = (group + 1) * Layout.PAD;
        for (int column = group * Layout.PAD; column < end; column += LANES) {
            backwardVector(b, s, p, dP, column);
        }
    }

    /// @param column of the vector's first element
    private static void forwardVector(
            AttentionBuffers b, InterleavedSequences s, float[] p, int column) {
        load(s, b.d, b.qkv, b.qkvStride, column, s.q);
        load(s, b.d, b.qkv, b.qkvStride, b.a + column, s.k);
        load(s, b.d, b.qkv, b.qkvStride, 2 * b.a + column, s.v);
        int size = b.d * LANES;
        FloatVector lengths = fromArray(SPECIES, s.lengths, 0);
        for (int t = 0; t < s.tokens; t++) {
            int place = s.row(t) * b.oStride + column;
            int q = t * size;
            products(b.d, s.q, s.k, q, t + 1, b.scale, p, 0);
            softmax(p, t + 1, b.max, b.inverseSum, place);
            for (int j = 0; j < size; j += FOUR * LANES) {
                weigh(p, 0, t + 1, s.v, q + j, size, s.o);
            }
            normalize(b.inverseSum, place, s.o, q, size, lengths.compare(GT, t));
        }
        store(s, b.d, s.o, b.o, b.oStride, column);
    }

    private static void backwardVector(
            AttentionBuffers b, InterleavedSequences s, float[] p, float[] dP, int column) {
        load(s, b.d, b.qkv, b.qkvStride, column, s.q);
        load(s, b.d, b.qkv, b.qkvStride, b.a + column, s.k);
        load(s, b.d, b.qkv, b.qkvStride, 2 * b.a + column, s.v);
        load(s, b.d, b.o, b.oStride, column, s.o);
        load(s, b.d, b.dO, b.oStride, column, s.dO);
        int size = b.d * LANES;
        int first = 0;
        for (int t = 0; t < s.tokens; t++) {
            int place = s.row(t) * b.oStride + column;
            int q = t * size;
            products(b.d, s.q, s.k, q, t + 1, b.scale, p, first);
            exponentials(p, first, t + 1, b.max, place);
            products(b.d, s.dO, s.v, q, t + 1, 1, dP, first);
            products(b.d, s.dO, s.o, q, 1, 1, s.delta, 0);
            scoreGradient(p, dP, first, t + 1, b.inverseSum, place, s.delta, b.scale);
            for (int j = 0; j < size; j += FOUR * LANES) {
                weigh(dP, first, t + 1, s.k, q + j, size, s.dQ);
            }
            first += (t + 1) * LANES;
        }
        for (int t = 0; t < s.tokens; t++) {
            for (int j = 0; j < size; j += FOUR * LANES) {
                collect(dP, t, s.tokens, s.q, t * size + j, size, s.dK);
                collect(p, t, s.tokens, s.dO, t * size + j, size, s.dV);
            }
        }
        store(s, b.d, s.dQ, b.dqkv, b.qkvStride, column);
        store(s, b.d, s.dK, b.dqkv, b.qkvStride, b.a + column);
        store(s, b.d, s.dV, b.dqkv, b.qkvStride, 2 * b.a + column);
    }

    /// Computes the scalar products of a position's x with y there and at each position before it.
    ///
    /// @param q offset of the position
    private static void products(
            int d, float[] x, float[] y, int q, int count, float scale, float[] p, int first) {
        if (d == FOUR) {
            productsOf4(x, y, q, d * LANES, count, false, scale, p, first);
        } else {
            productsOf4(x, y, q, d * LANES, count, false, 1, p, first);
            productsOf4(x, y, q + FOUR * LANES, d * LANES, count, true, scale, p, first);
        }
    }

    /// Computes scalar products of four elements.
    ///
    /// @param adds whether to add them to those of four other elements
    private static void productsOf4(
            float[] x,
            float[] y,
            int q,
            int size,
            int count,
            boolean adds,
            float scale,
            float[] p,
            int first) {
        FloatVector x0 = fromArray(SPECIES, x, q);
        FloatVector x1 = fromArray(SPECIES, x, q + LANES);
        FloatVector x2 = fromArray(SPECIES, x, q + 2 * LANES);
        FloatVector x3 = fromArray(SPECIES, x, q + 3 * LANES);
        int k = q;
        for (int i = first; i < first + count * LANES; i += LANES) {
            FloatVector s01 = x0.mul(fromArray(SPECIES, y, k));
            s01 = s01.add(x1.mul(fromArray(SPECIES, y, k + LANES)));
            FloatVector s23 = x2.mul(fromArray(SPECIES, y, k + 2 * LANES));
            s23 = s23.add(x3.mul(fromArray(SPECIES, y, k + 3 * LANES)));
            FloatVector sum = s01.add(s23);
            sum = adds ? fromArray(SPECIES, p, i).add(sum) : sum;
            sum.mul(scale).intoArray(p, i);
            k -= size;
        }
    }

    /// Computes p = exp(p - max p), and the sum of p.
    private static void softmax(float[] p, int count, float[] max, float[] sum, int place) {
        FloatVector largest = fromArray(SPECIES, p, 0);
        for (int i = LANES; i < count * LANES; i += LANES) {
            FloatVector x = fromArray(SPECIES, p, i);
            largest = largest.blend(x, x.compare(GT, largest));
        }
        largest.intoArray(max, place);
        FloatVector total = broadcast(SPECIES, 0);
        for (int i = 0; i < count * LANES; i += LANES) {
            FloatVector e = Simd.exp(fromArray(SPECIES, p, i).sub(largest));
            e.intoArray(p, i);
            total = total.add(e);
        }
        total.intoArray(sum, place);
    }

    /// Computes p = exp(p - max).
    private static void exponentials(float[] p, int first, int count, float[] max, int place) {
        FloatVector shift = fromArray(SPECIES, max, place);
        for (int i = first; i < first + count * LANES; i += LANES) {
            Simd.exp(fromArray(SPECIES, p, i).sub(shift)).intoArray(p, i);
        }
    }

    /// Computes the sum of four elements of x, at a position and at each one before it, weighted by p.
    ///
    /// @param q offset of the position
    private static void weigh(
            float[] p, int first, int count, float[] x, int q, int size, float[] y) {
        FloatVector y0 = broadcast(SPECIES, 0), y1 = y0, y2 = y0, y3 = y0;
        int k = q;
        for (int i = first; i < first + count * LANES; i += LANES) {
            FloatVector e = fromArray(SPECIES, p, i);
            y0 = e.fma(fromArray(SPECIES, x, k), y0);
            y1 = e.fma(fromArray(SPECIES, x, k + LANES), y1);
            y2 = e.fma(fromArray(SPECIES, x, k + 2 * LANES), y2);
            y3 = e.fma(fromArray(SPECIES, x, k + 3 * LANES), y3);
            k -= size;
        }
        y0.intoArray(y, q);
        y1.intoArray(y, q + LANES);
        y2.intoArray(y, q + 2 * LANES);
        y3.intoArray(y, q + 3 * LANES);
    }

    /// Computes the sum of four elements of x, at a position and at each one after it, weighted by p.
    private static void collect(
            float[] p, int t, int tokens, float[] x, int k, int size, float[] y) {
        FloatVector y0 = broadcast(SPECIES, 0), y1 = y0, y2 = y0, y3 = y0;
        int q = k;
        int i = t * (t + 1) / 2 * LANES;
        for (int query = t; query < tokens; query++) {
            FloatVector e = fromArray(SPECIES, p, i);
            y0 = e.fma(fromArray(SPECIES, x, q), y0);
            y1 = e.fma(fromArray(SPECIES, x, q + LANES), y1);
            y2 = e.fma(fromArray(SPECIES, x, q + 2 * LANES), y2);
            y3 = e.fma(fromArray(SPECIES, x, q + 3 * LANES), y3);
            q += size;
            i += (query + 2) * LANES;
        }
        y0.intoArray(y, k);
        y1.intoArray(y, k + LANES);
        y2.intoArray(y, k + 2 * LANES);
        y3.intoArray(y, k + 3 * LANES);
    }

    /// Divides outputs by the sum, and replaces that by its inverse; by 0 after the end of a sequence, so that such
    /// queries add nothing to the gradients of keys and values.
    private static void normalize(
            float[] sum, int place, float[] o, int q, int size, VectorMask<Float> isInside) {
        FloatVector inverse = broadcast(SPECIES, 1).div(fromArray(SPECIES, sum, place));
        broadcast(SPECIES, 0).blend(inverse, isInside).intoArray(sum, place);
        for (int j = q; j < q + size; j += LANES) {
            fromArray(SPECIES, o, j).mul(inverse).intoArray(o, j);
        }
    }

    /// Computes p = p / sum and dP = p (dP - delta) scale.
    private static void scoreGradient(
            float[] p,
            float[] dP,
            int first,
            int count,
            float[] inverseSum,
            int place,
            float[] delta,
            float scale) {
        FloatVector inverse = fromArray(SPECIES, inverseSum, place);
        FloatVector shift = fromArray(SPECIES, delta, 0);
        for (int i = first; i < first + count * LANES; i += LANES) {
            FloatVector weight = fromArray(SPECIES, p, i).mul(inverse);
            weight.intoArray(p, i);
            fromArray(SPECIES, dP, i).sub(shift).mul(weight).mul(scale).intoArray(dP, i);
        }
    }

    // ---- rows and vectors

    /// Reads one vector's columns of rows.
    private static void load(
            InterleavedSequences s, int d, float[] x, int stride, int column, float[] y) {
        for (int i = 0; i < s.tokens * d; i += FOUR) {
            Simd.transposeSquaresOf4(
                    x,
                    s.rows[i] * stride + column,
                    s.rows[i + 1] * stride + column,
                    s.rows[i + 2] * stride + column,
                    s.rows[i + 3] * stride + column,
                    y,
                    i * LANES,
                    (i + 1) * LANES,
                    (i + 2) * LANES,
                    (i + 3) * LANES);
        }
        if (d > FOUR) {
            swapSquares(s, y);
        }
    }

    /// Writes to one vector's columns of rows. The last position comes first, as rows of shorter sequences are written again.
    private static void store(
            InterleavedSequences s, int d, float[] x, float[] y, int stride, int column) {
        if (d > FOUR) {
            swapSquares(s, x);
        }
        for (int i = s.tokens * d - FOUR; i >= 0; i -= FOUR) {
            Simd.transposeSquaresOf4(
                    x,
                    i * LANES,
                    (i + 1) * LANES,
                    (i + 2) * LANES,
                    (i + 3) * LANES,
                    y,
                    s.rows[i] * stride + column,
                    s.rows[i + 1] * stride + column,
                    s.rows[i + 2] * stride + column,
                    s.rows[i + 3] * stride + column);
        }
    }

    private static void swapSquares(InterleavedSequences s, float[] x) {
        for (int t = 0; t < s.tokens; t++) {
            Simd.swapSquares(x, t * 2 * FOUR * LANES, LANES, x, t * 2 * FOUR * LANES, LANES);
        }
    }
}
