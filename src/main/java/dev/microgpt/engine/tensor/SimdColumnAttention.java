package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/// Attention of a narrow head for the newest tokens of a vector of sequences, each of which attends to the common
/// tokens and to its own. What is older than the sequence has the weight 0. The order of all sums is that of
/// [SimdAttention#attend].
final class SimdColumnAttention {

    private static final int COLUMNS = ColumnKernels.COLUMNS;

    private SimdColumnAttention() {}

    /// @param lengths how many tokens of its own each sequence has, (S)
    /// @param slots number of slots to attend to, see [ColumnCache#attend]
    /// @param q scaled queries, (A, S)
    /// @param element the head's first
    /// @param s first column
    /// @param p buffer for the scores, at least (slots, LANES)
    static void attend(
            AttentionBuffers b,
            ColumnCache cache,
            int layer,
            float[] lengths,
            int slots,
            float[] q,
            int element,
            int s,
            float[] p,
            float[] o) {
        int head = element * COLUMNS + s;
        int first = cache.offset(layer) + head;
        int[] offsets = cache.attended;
        switch (b.d) {
            case 1 -> scores1(slots, offsets, q, head, cache.keys, first, p);
            case 2 -> scores2(slots, offsets, q, head, cache.keys, first, p);
            default -> {
                scores4(slots, offsets, q, head, cache.keys, first, p);
                if (b.d == 8) {
                    int half = 4 * COLUMNS;
                    addScores4(slots, offsets, q, head + half, cache.keys, first + half, p);
                }
            }
        }
        mask(cache.common, slots, lengths, s, p);
        exponentials(slots * LANES, p);
        if (b.d < 4) {
            for (int i = head; i < head + b.d * COLUMNS; i += COLUMNS) {
                average(slots, offsets, p, cache.values, first + i - head, o, i);
            }
        } else {
            for (int i = head; i < head + b.d * COLUMNS; i += 4 * COLUMNS) {
                average4(slots, offsets, p, cache.values, first + i - head, o, i);
            }
        }
    }

    private static void scores1(
            int slots, int[] offsets, float[] q, int head, float[] k, int first, float[] p) {
        FloatVector q0 = fromArray(SPECIES, q, head);
        for (int i = 0; i < slots; i++) {
            q0.mul(fromArray(SPECIES, k, first + offsets[i])).intoArray(p, i * LANES);
        }
    }

    private static void scores2(
            int slots, int[] offsets, float[] q, int head, float[] k, int first, float[] p) {
        FloatVector q0 = fromArray(SPECIES, q, head);
        FloatVector q1 = fromArray(SPECIES, q, head + COLUMNS);
        for (int i = 0; i < slots; i++) {
            int key = first + offsets[i];
            q0.mul(fromArray(SPECIES, k, key))
                    .add(q1.mul(fromArray(SPECIES, k, key + COLUMNS)))
                    .intoArray(p, i * LANES);
        }
    }

    private static void scores4(
            int slots, int[] offsets, float[] q, int head, float[] k, int first, float[] p) {
        FloatVector q0 = fromArray(SPECIES, q, head);
        FloatVector q1 = fromArray(SPECIES, q, head + COLUMNS);
        FloatVector q2 = fromArray(SPECIES, q, head + 2 * COLUMNS);
        FloatVector q3 = fromArray(SPECIES, q, head + 3 * COLUMNS);
        for (int i = 0; i < slots; i++) {
            int key = first + offsets[i];
            FloatVector s01 =
                    q0.mul(fromArray(SPECIES, k, key))
                            .add(q1.mul(fromArray(SPECIES, k, key + COLUMNS)));
            FloatVector s23 =
                    q2.mul(fromArray(SPECIES, k, key + 2 * COLUMNS))
                            .add(q3.mul(fromArray(SPECIES, k, key + 3 * COLUMNS)));
            s01.add(s23).intoArray(p, i * LANES);
        }
    }

    private static void addScores4(
            int slots, int[] offsets, float[] q, int head, float[] k, int first, float[] p) {
        FloatVector q0 = fromArray(SPECIES, q, head);
        FloatVector q1 = fromArray(SPECIES, q, head + COLUMNS);
        FloatVector q2 = fromArray(SPECIES, q, head + 2 * COLUMNS);
        FloatVector q3 = fromArray(SPECIES, q, head + 3 * COLUMNS);
        for (int i = 0; i < slots; i++) {
            int key = first + offsets[i];
            FloatVector s01 =
                    q0.mul(fromArray(SPECIES, k, key))
                            .add(q1.mul(fromArray(SPECIES, k, key + COLUMNS)));
            FloatVector s23 =
                    q2.mul(fromArray(SPECIES, k, key + 2 * COLUMNS))
                            .add(q3.mul(fromArray(SPECIES, k, key + 3 * COLUMNS)));
            fromArray(SPECIES, p, i * LANES).add(s01.add(s23)).intoArray(p, i * LANES);
        }
    }

    /// Sets the scores of slots that are older than a sequence to minus infinity.
    private static void mask(int common, int slots, float[] lengths, int s, float[] p) {
        FloatVector length = fromArray(SPECIES, lengths, s);
        for (int i = common; i < slots; i++) {
            int age = slots - 1 - i;
            broadcast(SPECIES, Float.NEGATIVE_INFINITY)
                    .blend(fromArray(SPECIES, p, i * LANES), length.compare(GT, age))
                    .intoArray(p, i * LANES);
        }
    }

    /// Computes p = exp(p - max p) of each lane.
    private static void exponentials(int length, float[] p) {
        FloatVector max = fromArray(SPECIES, p, 0);
        for (int i = LANES; i < length; i += LANES) {
            max = max.max(fromArray(SPECIES, p, i));
        }
        for (int i = 0; i < length; i += LANES) {
            Simd.exp(fromArray(SPECIES, p, i).sub(max)).intoArray(p, i);
        }
    }

    /// Averages an element of the values.
    private static void average(
            int slots, int[] offsets, float[] p, float[] v, int first, float[] o, int to) {
        FloatVector sum = broadcast(SPECIES, 0), o0 = broadcast(SPECIES, 0);
        for (int i = 0; i < slots; i++) {
            FloatVector e = fromArray(SPECIES, p, i * LANES);
            sum = sum.add(e);
            o0 = e.fma(fromArray(SPECIES, v, first + offsets[i]), o0);
        }
        o0.div(sum).intoArray(o, to);
    }

    /// Averages four elements of the values.
    private static void average4(
            int slots, int[] offsets, float[] p, float[] v, int first, float[] o, int to) {
        FloatVector sum = broadcast(SPECIES, 0);
        FloatVector o0 = broadcast(SPECIES, 0), o1 = broadcast(SPECIES, 0);
        FloatVector o2 = broadcast(SPECIES, 0), o3 = broadcast(SPECIES, 0);
        for (int i = 0; i < slots; i++) {
            FloatVector e = fromArray(SPECIES, p, i * LANES);
            int value = first + offsets[i];
            sum = sum.add(e);
            o0 = e.fma(fromArray(SPECIES, v, value), o0);
            o1 = e.fma(fromArray(SPECIES, v, value + COLUMNS), o1);
            o2 = e.fma(fromArray(SPECIES, v, value + 2 * COLUMNS), o2);
            o3 = e.fma(fromArray(SPECIES, v, value + 3 * COLUMNS), o3);
        }
        o0.div(sum).intoArray(o, to);
        o1.div(sum).intoArray(o, to + COLUMNS);
        o2.div(sum).intoArray(o, to + 2 * COLUMNS);
        o3.div(sum).intoArray(o, to + 3 * COLUMNS);
    }
}
