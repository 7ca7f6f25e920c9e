package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;
import static dev.microgpt.engine.tensor.Simd.exp;
import static dev.microgpt.engine.tensor.Simd.maxAll;
import static dev.microgpt.engine.tensor.Simd.sumAll;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

import java.util.Arrays;

/// The three passes of a softmax over a row. They are separate methods so that the exponentials of many rows
/// can be computed in one long loop.
final class SimdSoftmax {

    private SimdSoftmax() {}

    /// Computes x = scale (x - max x), and minus infinity in the padding.
    ///
    /// @param length length of the row without padding
    /// @param padded length of the row with padding, a multiple of 16
    /// @return max x
    static float shiftToMax(float[] x, int offset, int length, int padded, float scale) {
        int used = (length + LANES - 1) / LANES * LANES;
        if (used < padded) { // vectors are narrower than the padding
            Arrays.fill(x, offset + used, offset + padded, Float.NEGATIVE_INFINITY);
        }
        VectorMask<Float> inside = SPECIES.indexInRange(used - LANES, length);
        int last = offset + used - LANES;
        FloatVector end =
                broadcast(SPECIES, Float.NEGATIVE_INFINITY)
                        .blend(fromArray(SPECIES, x, last), inside);
        FloatVector max = end;
        for (int j = offset; j < last; j += LANES) {
            FloatVector e = fromArray(SPECIES, x, j);
            max = max.blend(e, e.compare(GT, max));
        }
        max = maxAll(max);
        for (int j = offset; j < last; j += LANES) {
            fromArray(SPECIES, x, j).sub(max).mul(scale).intoArray(x, j);
        }
        end.sub(max).mul(scale).intoArray(x, last);
        return max.lane(0);
    }

    /// Computes x = exp(x), see [Simd#exp].
    static void exponentials(float[] x, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            exp(fromArray(SPECIES, x, i)).intoArray(x, i);
        }
    }

    /// Computes x = factor x / sum x.
    ///
    /// @return sum x
    static float scaleToSum(float[] x, int offset, int length, float factor) {
        float sum = sum(x, offset, length);
        scale(x, offset, length, factor / sum);
        return sum;
    }

    /// Returns the sum of a row.
    static float sum(float[] x, int offset, int length) {
        FloatVector sum = fromArray(SPECIES, x, offset);
        for (int j = offset + LANES; j < offset + length; j += LANES) {
            sum = sum.add(fromArray(SPECIES, x, j));
        }
        return sumAll(sum).lane(0);
    }

    private static void scale(float[] x, int offset, int length, float factor) {
        for (int j = offset; j < offset + length; j += LANES) {
            fromArray(SPECIES, x, j).mul(factor).intoArray(x, j);
        }
    }
}
