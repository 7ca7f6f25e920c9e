package dev.microgpt.engine.tensor;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Vector operations, up to 512 bits wide, that the Vector API does not have, or whose result it does not
/// define to the bit.
final class Simd {

    static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > Layout.PAD
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    // SWAP_n swaps lanes whose indices differ in bit n. Adding a vector to its swaps sums up groups
    // of lanes.
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_8 = swap(8);

    // HAS_n selects lanes whose index has bit n.
    private static final VectorMask<Float> HAS_1 = lanesWith(1);
    private static final VectorMask<Float> HAS_2 = lanesWith(2);
    private static final VectorMask<Float> HAS_4 = lanesWith(4);
    private static final VectorMask<Float> HAS_8 = lanesWith(8);

    // Constants of exp. The polynomial is that of expf in Cephes. These are numbers, as the
    // compiler would load vectors again
    // for each use.
    private static final float LOG2_E = 1.442695f;
    private static final float MINUS_LN2_HIGH = -0.6933594f;
    private static final float MINUS_LN2_LOW = 2.12194440e-4f;
    private static final float ROUNDER = 1.5f * (1 << 23);
    private static final float C7 = 0.00019875691f;
    private static final float C6 = 0.0013981999f;
    private static final float C5 = 0.008333452f;
    private static final float C4 = 0.041665796f;
    private static final float C3 = 0.16666666f;
    private static final float C2 = 0.5f;

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

    /// Returns the scalar product of two rows.
    ///
    /// @param offset,length range of elements in both rows
    static float dot(float[] x, float[] y, int offset, int length) {
        FloatVector sum = fromArray(SPECIES, x, offset).mul(fromArray(SPECIES, y, offset));
        for (int j = offset + LANES; j < offset + length; j += LANES) {
            sum = fromArray(SPECIES, x, j).fma(fromArray(SPECIES, y, j), sum);
        }
        return sumAll(sum).lane(0);
    }

    /// Computes y += x, see [Kernels#add].
    static void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i += LANES) {
            fromArray(SPECIES, y, yOffset + i)
                    .add(fromArray(SPECIES, x, xOffset + i))
                    .intoArray(y, yOffset + i);
        }
    }

    /// Returns the sum of all lanes, in each lane. The order of addition is fixed; that of `reduceLanes` is
    /// not defined, and differs between interpreted and compiled code.
    static FloatVector sumAll(FloatVector x) {
        return sumWithin(x, LANES);
    }

    /// Returns the sum of each group of `size` adjacent lanes, in each lane of the group.
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

    /// Returns the larger of two numbers in each lane; x if y is not a number. `FloatVector.max` takes three times as many
    /// instructions, as it has rules for zeros and for what is not a number; that matters in long loops alone. Loops that become
    /// part of a large method have this written out, as the compiler might not inline it there.
    static FloatVector larger(FloatVector x, FloatVector y) {
        return x.blend(y, y.compare(GT, x));
    }

    /// Returns the maximum of all lanes, in each lane.
    static FloatVector maxAll(FloatVector x) {
        FloatVector other = x.rearrange(SWAP_1);
        FloatVector max = x.blend(other, other.compare(GT, x));
        if (LANES > 2) {
            other = max.rearrange(SWAP_2);
            max = max.blend(other, other.compare(GT, max));
        }
        if (LANES > 4) {
            other = max.rearrange(SWAP_4);
            max = max.blend(other, other.compare(GT, max));
        }
        if (LANES > 8) {
            other = max.rearrange(SWAP_8);
            max = max.blend(other, other.compare(GT, max));
        }
        return max;
    }

    /// Returns e^x for x <= 0, with an error of about one unit in the last place. Results below 1e-20 are
    /// replaced by 0, as their products would be subnormal, and slow. What is not a number stays so.
    ///
    /// Splits x into n ln 2 + r, adds n to the exponent, and computes e^r with a polynomial.
    static FloatVector exp(FloatVector x) {
        VectorMask<Float> isTiny = x.compare(LE, Kernels.LOG_TINY);
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector clamped = x.blend(zero, isTiny);
        FloatVector rounder = broadcast(SPECIES, ROUNDER);
        FloatVector shifted = clamped.fma(broadcast(SPECIES, LOG2_E), rounder);
        FloatVector n = shifted.sub(rounder);
        FloatVector r =
                n.fma(
                        broadcast(SPECIES, MINUS_LN2_LOW),
                        n.fma(broadcast(SPECIES, MINUS_LN2_HIGH), clamped));
        FloatVector e =
                broadcast(SPECIES, C7)
                        .fma(r, broadcast(SPECIES, C6))
                        .fma(r, broadcast(SPECIES, C5))
                        .fma(r, broadcast(SPECIES, C4));
        e = e.fma(r, broadcast(SPECIES, C3)).fma(r, broadcast(SPECIES, C2));
        e = e.fma(r.mul(r), r).add(1);
        // The low bits of `shifted` hold n; shifted left by 23, they add to the exponent.
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector result = e.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return result.blend(zero, isTiny);
    }

    /// Transposes a square of [#LANES] rows and columns, where LANES is 4, 8 or 16. Intermediate results go
    /// through memory, as all rows at once are too many values for one method.
    static void transpose(
            float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
        if (LANES == 8) {
            swapSquares(x, xOffset, xStride, y, yOffset, yStride);
            swapSmallSquares(y, yOffset, yStride, y, yOffset, yStride);
        } else {
            swapSmallSquares(x, xOffset, xStride, y, yOffset, yStride);
            if (LANES == 16) {
                swapLargeSquares(y, yOffset, yStride, y, yOffset, yStride);
            }
        }
    }

    /// Transposes each square of 4 rows and columns within itself.
    private static void swapSmallSquares(
            float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
        for (int i = 0; i < LANES; i += 4) {
            transposeSquaresOf4(
                    x,
                    xOffset + i * xStride,
                    xOffset + (i + 1) * xStride,
                    xOffset + (i + 2) * xStride,
                    xOffset + (i + 3) * xStride,
                    y,
                    yOffset + i * yStride,
                    yOffset + (i + 1) * yStride,
                    yOffset + (i + 2) * yStride,
                    yOffset + (i + 3) * yStride);
        }
    }

    /// Transposes each square of 4 rows and columns, of 4 rows anywhere.
    ///
    /// @param a,b,c,d offsets of the rows
    /// @param ya,yb,yc,yd offsets of the results
    static void transposeSquaresOf4(
            float[] x, int a, int b, int c, int d, float[] y, int ya, int yb, int yc, int yd) {
        FloatVector a0 = fromArray(SPECIES, x, a);
        FloatVector b0 = fromArray(SPECIES, x, b);
        FloatVector c0 = fromArray(SPECIES, x, c);
        FloatVector d0 = fromArray(SPECIES, x, d);
        FloatVector a1 = a0.blend(b0.rearrange(SWAP_1), HAS_1);
        FloatVector b1 = a0.rearrange(SWAP_1).blend(b0, HAS_1);
        FloatVector c1 = c0.blend(d0.rearrange(SWAP_1), HAS_1);
        FloatVector d1 = c0.rearrange(SWAP_1).blend(d0, HAS_1);
        a1.blend(c1.rearrange(SWAP_2), HAS_2).intoArray(y, ya);
        b1.blend(d1.rearrange(SWAP_2), HAS_2).intoArray(y, yb);
        a1.rearrange(SWAP_2).blend(c1, HAS_2).intoArray(y, yc);
        b1.rearrange(SWAP_2).blend(d1, HAS_2).intoArray(y, yd);
    }

    /// Transposes a matrix of 16 rows and columns by squares of 4, without changing the squares.
    private static void swapLargeSquares(
            float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
        for (int i = 0; i < 4; i++) {
            FloatVector a = fromArray(SPECIES, x, xOffset + i * xStride);
            FloatVector b = fromArray(SPECIES, x, xOffset + (i + 4) * xStride);
            FloatVector c = fromArray(SPECIES, x, xOffset + (i + 8) * xStride);
            FloatVector d = fromArray(SPECIES, x, xOffset + (i + 12) * xStride);
            FloatVector a1 = a.blend(b.rearrange(SWAP_4), HAS_4);
            FloatVector b1 = a.rearrange(SWAP_4).blend(b, HAS_4);
            FloatVector c1 = c.blend(d.rearrange(SWAP_4), HAS_4);
            FloatVector d1 = c.rearrange(SWAP_4).blend(d, HAS_4);
            a1.blend(c1.rearrange(SWAP_8), HAS_8).intoArray(y, yOffset + i * yStride);
            b1.blend(d1.rearrange(SWAP_8), HAS_8).intoArray(y, yOffset + (i + 4) * yStride);
            a1.rearrange(SWAP_8).blend(c1, HAS_8).intoArray(y, yOffset + (i + 8) * yStride);
            b1.rearrange(SWAP_8).blend(d1, HAS_8).intoArray(y, yOffset + (i + 12) * yStride);
        }
    }

    /// Transposes each matrix of 8 rows and columns by squares of 4, without changing the squares.
    static void swapSquares(
            float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
        for (int i = 0; i < 4; i++) {
            FloatVector upper = fromArray(SPECIES, x, xOffset + i * xStride);
            FloatVector lower = fromArray(SPECIES, x, xOffset + (i + 4) * xStride);
            FloatVector newUpper = upper.blend(lower.rearrange(SWAP_4), HAS_4);
            FloatVector newLower = upper.rearrange(SWAP_4).blend(lower, HAS_4);
            newUpper.intoArray(y, yOffset + i * yStride);
            newLower.intoArray(y, yOffset + (i + 4) * yStride);
        }
    }
}
