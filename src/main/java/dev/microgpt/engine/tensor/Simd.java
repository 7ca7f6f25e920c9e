package dev.microgpt.engine.tensor;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Operations on single vectors, up to 512 bits wide, that the Vector API does not have, or whose result
/// it does not define to the bit.
final class Simd {

    static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > Layout.PAD
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /// Swaps lanes whose numbers differ in one bit; added up, they sum within groups of lanes.
    private static final VectorShuffle<Float> SWAP_1 = swap(1);

    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_8 = swap(8);

    /// Lanes whose number has that bit.
    private static final VectorMask<Float> HAS_1 = lanesWith(1);

    private static final VectorMask<Float> HAS_2 = lanesWith(2);
    private static final VectorMask<Float> HAS_4 = lanesWith(4);
    private static final VectorMask<Float> HAS_8 = lanesWith(8);

    // Of exp: see there. The polynomial is that of Cephes's expf.
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUNDER = 1.5f * (1 << 23);

    private Simd() {}

    private static VectorShuffle<Float> swap(int bit) {
        return VectorShuffle.fromOp(SPECIES, i -> (i ^ bit) % LANES);
    }

    private static VectorMask<Float> lanesWith(int bit) {
        boolean[] lanes = new boolean[LANES];
        for (int i = 0; i < LANES; i++) {
            lanes[i] = (i & bit) != 0;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }

    static FloatVector load(float[] array, int offset) {
        return FloatVector.fromArray(SPECIES, array, offset);
    }

    static FloatVector repeat(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }

    /// Adds up all lanes, always in the same order: that of reduceLanes is not defined, and differs
    /// between interpreted and compiled code.
    static FloatVector sumAll(FloatVector x) {
        return sumWithin(x, LANES);
    }

    /// Adds up the lanes of each group of `size` lanes; each lane gets the sum of its group.
    ///
    /// @param size a power of two
    static FloatVector sumWithin(FloatVector x, int size) {
        FloatVector sum = x;
        if (size > 1) {
            sum = sum.add(sum.rearrange(SWAP_1));
        }
        if (size > 2) {
            sum = sum.add(sum.rearrange(SWAP_2));
        }
        if (size > 4) {
            sum = sum.add(sum.rearrange(SWAP_4));
        }
        if (size > 8) {
            sum = sum.add(sum.rearrange(SWAP_8));
        }
        return sum;
    }

    /// The largest of all lanes, in each lane.
    static FloatVector maxAll(FloatVector x) {
        FloatVector max = x.max(x.rearrange(SWAP_1)).max(Float.NEGATIVE_INFINITY);
        if (LANES > 2) {
            max = max.max(max.rearrange(SWAP_2));
        }
        if (LANES > 4) {
            max = max.max(max.rearrange(SWAP_4));
        }
        if (LANES > 8) {
            max = max.max(max.rearrange(SWAP_8));
        }
        return max;
    }

    /// e^x for x <= 0, to about one unit in the last place; what would be smaller than 1e-20 is 0, as
    /// the products of such numbers would be subnormal, and slow.
    ///
    /// Splits x into n ln 2 + r, and takes 2^n into the exponent and e^r from a polynomial.
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(-80f);
        FloatVector shifted = clamped.fma(repeat(LOG2_E), repeat(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(repeat(-LN2_HIGH), clamped);
        r = n.fma(repeat(-LN2_LOW), r);
        FloatVector e = repeat(0.00019875691f).fma(r, repeat(0.0013981999f));
        e = e.fma(r, repeat(0.008333452f));
        e = e.fma(r, repeat(0.041665796f));
        e = e.fma(r, repeat(0.16666666f));
        e = e.fma(r, repeat(0.5f));
        e = e.fma(r.mul(r), r).add(1);
        // The low bits of `shifted` hold n: moved up, they add to the exponent.
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector result = e.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return repeat(0).blend(result, x.compare(GT, Kernels.LOG_TINY));
    }

    /// Transposes a square of [#LANES] rows and columns: each pass swaps the off-diagonal squares of
    /// twice the size. A pass at a time goes through memory, as all rows at once are too many values
    /// for one method.
    static void transpose(
            float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
        swapSquares(1, SWAP_1, HAS_1, x, xOffset, xStride, y, yOffset, yStride);
        if (LANES > 2) {
            swapSquares(2, SWAP_2, HAS_2, y, yOffset, yStride, y, yOffset, yStride);
        }
        if (LANES > 4) {
            swapSquares(4, SWAP_4, HAS_4, y, yOffset, yStride, y, yOffset, yStride);
        }
        if (LANES > 8) {
            swapSquares(8, SWAP_8, HAS_8, y, yOffset, yStride, y, yOffset, yStride);
        }
    }

    /// Swaps x(i, j + size) with x(i + size, j) for all i and j without that bit.
    private static void swapSquares(
            int size,
            VectorShuffle<Float> swap,
            VectorMask<Float> right,
            float[] x,
            int xOffset,
            int xStride,
            float[] y,
            int yOffset,
            int yStride) {
        for (int pair = 0; pair < LANES / 2; pair++) {
            int i = (pair & -size) * 2 + (pair & size - 1); // a row without the bit
            FloatVector upper = load(x, xOffset + i * xStride);
            FloatVector lower = load(x, xOffset + (i + size) * xStride);
            FloatVector newUpper = upper.blend(lower.rearrange(swap), right);
            FloatVector newLower = upper.rearrange(swap).blend(lower, right);
            newUpper.intoArray(y, yOffset + i * yStride);
            newLower.intoArray(y, yOffset + (i + size) * yStride);
        }
    }
}
