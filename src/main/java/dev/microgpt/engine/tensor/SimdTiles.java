package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/// The products of small matrices from which all larger products are built: C = A B for 8 rows of C, or
/// C = A^T B for 8 columns of A.
///
/// The loops are unrolled by hand. The compiler keeps sums in registers only if they are local variables
/// that start at 0 and are stored once, unconditionally; so nothing here adds to C. The largest tile is
/// near the limit of what the compiler inlines, see [SimdKernels]. Both forms read A along its rows; a
/// single form for both would check each element's index.
final class SimdTiles {

    /// The number of rows of C.
    static final int ROWS = Kernels.ROWS;

    private SimdTiles() {}

    /// Computes C = A B.
    ///
    /// @param columns of B and C: 16, 32 or 48
    /// @param inner columns of A, rows of B
    /// @param a (8, inner)
    /// @param b (inner, columns)
    /// @param c (8, columns)
    static void multiply(
            int columns,
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        if (columns == 3 * LANES) {
            rows3(inner, a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride);
        } else if (columns == 2 * LANES) {
            rows2(inner, a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride);
        } else {
            for (int j = 0; j < columns; j += LANES) {
                rows1(inner, a, aOffset, aStride, b, bOffset + j, bStride, c, cOffset + j, cStride);
            }
        }
    }

    /// 8 rows by 3 vectors: 24 sums stay in registers.
    private static void rows3(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero, s01 = zero, s02 = zero;
        FloatVector s10 = zero, s11 = zero, s12 = zero;
        FloatVector s20 = zero, s21 = zero, s22 = zero;
        FloatVector s30 = zero, s31 = zero, s32 = zero;
        FloatVector s40 = zero, s41 = zero, s42 = zero;
        FloatVector s50 = zero, s51 = zero, s52 = zero;
        FloatVector s60 = zero, s61 = zero, s62 = zero;
        FloatVector s70 = zero, s71 = zero, s72 = zero;
        int r1 = aOffset + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        int r4 = r3 + aStride;
        int r5 = r4 + aStride;
        int r6 = r5 + aStride;
        int r7 = r6 + aStride;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector b1 = fromArray(SPECIES, b, j + LANES);
            FloatVector b2 = fromArray(SPECIES, b, j + 2 * LANES);
            FloatVector a0 = broadcast(SPECIES, a[aOffset + p]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            FloatVector a1 = broadcast(SPECIES, a[r1 + p]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            FloatVector a2 = broadcast(SPECIES, a[r2 + p]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            FloatVector a3 = broadcast(SPECIES, a[r3 + p]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            FloatVector a4 = broadcast(SPECIES, a[r4 + p]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            s42 = a4.fma(b2, s42);
            FloatVector a5 = broadcast(SPECIES, a[r5 + p]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            s52 = a5.fma(b2, s52);
            FloatVector a6 = broadcast(SPECIES, a[r6 + p]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            s62 = a6.fma(b2, s62);
            FloatVector a7 = broadcast(SPECIES, a[r7 + p]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            s72 = a7.fma(b2, s72);
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s02.intoArray(c, cOffset + 2 * LANES);
        s10.intoArray(c, cOffset + cStride);
        s11.intoArray(c, cOffset + cStride + LANES);
        s12.intoArray(c, cOffset + cStride + 2 * LANES);
        s20.intoArray(c, cOffset + 2 * cStride);
        s21.intoArray(c, cOffset + 2 * cStride + LANES);
        s22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
        s30.intoArray(c, cOffset + 3 * cStride);
        s31.intoArray(c, cOffset + 3 * cStride + LANES);
        s32.intoArray(c, cOffset + 3 * cStride + 2 * LANES);
        s40.intoArray(c, cOffset + 4 * cStride);
        s41.intoArray(c, cOffset + 4 * cStride + LANES);
        s42.intoArray(c, cOffset + 4 * cStride + 2 * LANES);
        s50.intoArray(c, cOffset + 5 * cStride);
        s51.intoArray(c, cOffset + 5 * cStride + LANES);
        s52.intoArray(c, cOffset + 5 * cStride + 2 * LANES);
        s60.intoArray(c, cOffset + 6 * cStride);
        s61.intoArray(c, cOffset + 6 * cStride + LANES);
        s62.intoArray(c, cOffset + 6 * cStride + 2 * LANES);
        s70.intoArray(c, cOffset + 7 * cStride);
        s71.intoArray(c, cOffset + 7 * cStride + LANES);
        s72.intoArray(c, cOffset + 7 * cStride + 2 * LANES);
    }

    /// 8 rows by 2 vectors.
    private static void rows2(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero, s01 = zero;
        FloatVector s10 = zero, s11 = zero;
        FloatVector s20 = zero, s21 = zero;
        FloatVector s30 = zero, s31 = zero;
        FloatVector s40 = zero, s41 = zero;
        FloatVector s50 = zero, s51 = zero;
        FloatVector s60 = zero, s61 = zero;
        FloatVector s70 = zero, s71 = zero;
        int r1 = aOffset + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        int r4 = r3 + aStride;
        int r5 = r4 + aStride;
        int r6 = r5 + aStride;
        int r7 = r6 + aStride;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector b1 = fromArray(SPECIES, b, j + LANES);
            FloatVector a0 = broadcast(SPECIES, a[aOffset + p]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = broadcast(SPECIES, a[r1 + p]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = broadcast(SPECIES, a[r2 + p]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = broadcast(SPECIES, a[r3 + p]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            FloatVector a4 = broadcast(SPECIES, a[r4 + p]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            FloatVector a5 = broadcast(SPECIES, a[r5 + p]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            FloatVector a6 = broadcast(SPECIES, a[r6 + p]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            FloatVector a7 = broadcast(SPECIES, a[r7 + p]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s10.intoArray(c, cOffset + cStride);
        s11.intoArray(c, cOffset + cStride + LANES);
        s20.intoArray(c, cOffset + 2 * cStride);
        s21.intoArray(c, cOffset + 2 * cStride + LANES);
        s30.intoArray(c, cOffset + 3 * cStride);
        s31.intoArray(c, cOffset + 3 * cStride + LANES);
        s40.intoArray(c, cOffset + 4 * cStride);
        s41.intoArray(c, cOffset + 4 * cStride + LANES);
        s50.intoArray(c, cOffset + 5 * cStride);
        s51.intoArray(c, cOffset + 5 * cStride + LANES);
        s60.intoArray(c, cOffset + 6 * cStride);
        s61.intoArray(c, cOffset + 6 * cStride + LANES);
        s70.intoArray(c, cOffset + 7 * cStride);
        s71.intoArray(c, cOffset + 7 * cStride + LANES);
    }

    /// 8 rows by 1 vector.
    private static void rows1(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero;
        FloatVector s10 = zero;
        FloatVector s20 = zero;
        FloatVector s30 = zero;
        FloatVector s40 = zero;
        FloatVector s50 = zero;
        FloatVector s60 = zero;
        FloatVector s70 = zero;
        int r1 = aOffset + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        int r4 = r3 + aStride;
        int r5 = r4 + aStride;
        int r6 = r5 + aStride;
        int r7 = r6 + aStride;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector a0 = broadcast(SPECIES, a[aOffset + p]);
            s00 = a0.fma(b0, s00);
            FloatVector a1 = broadcast(SPECIES, a[r1 + p]);
            s10 = a1.fma(b0, s10);
            FloatVector a2 = broadcast(SPECIES, a[r2 + p]);
            s20 = a2.fma(b0, s20);
            FloatVector a3 = broadcast(SPECIES, a[r3 + p]);
            s30 = a3.fma(b0, s30);
            FloatVector a4 = broadcast(SPECIES, a[r4 + p]);
            s40 = a4.fma(b0, s40);
            FloatVector a5 = broadcast(SPECIES, a[r5 + p]);
            s50 = a5.fma(b0, s50);
            FloatVector a6 = broadcast(SPECIES, a[r6 + p]);
            s60 = a6.fma(b0, s60);
            FloatVector a7 = broadcast(SPECIES, a[r7 + p]);
            s70 = a7.fma(b0, s70);
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s10.intoArray(c, cOffset + cStride);
        s20.intoArray(c, cOffset + 2 * cStride);
        s30.intoArray(c, cOffset + 3 * cStride);
        s40.intoArray(c, cOffset + 4 * cStride);
        s50.intoArray(c, cOffset + 5 * cStride);
        s60.intoArray(c, cOffset + 6 * cStride);
        s70.intoArray(c, cOffset + 7 * cStride);
    }

    /// Computes C = A^T B.
    ///
    /// @param columns of B and C: 16, 32 or 48
    /// @param inner rows of A and B
    /// @param a (inner, 8)
    /// @param b (inner, columns)
    /// @param c (8, columns)
    static void multiplyTransposed(
            int columns,
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        if (columns == 3 * LANES) {
            columns3(inner, a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride);
        } else if (columns == 2 * LANES) {
            columns2(inner, a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride);
        } else {
            for (int j = 0; j < columns; j += LANES) {
                columns1(
                        inner,
                        a,
                        aOffset,
                        aStride,
                        b,
                        bOffset + j,
                        bStride,
                        c,
                        cOffset + j,
                        cStride);
            }
        }
    }

    /// 8 rows by 3 vectors: 24 sums stay in registers.
    private static void columns3(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero, s01 = zero, s02 = zero;
        FloatVector s10 = zero, s11 = zero, s12 = zero;
        FloatVector s20 = zero, s21 = zero, s22 = zero;
        FloatVector s30 = zero, s31 = zero, s32 = zero;
        FloatVector s40 = zero, s41 = zero, s42 = zero;
        FloatVector s50 = zero, s51 = zero, s52 = zero;
        FloatVector s60 = zero, s61 = zero, s62 = zero;
        FloatVector s70 = zero, s71 = zero, s72 = zero;
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector b1 = fromArray(SPECIES, b, j + LANES);
            FloatVector b2 = fromArray(SPECIES, b, j + 2 * LANES);
            FloatVector a0 = broadcast(SPECIES, a[i]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            FloatVector a1 = broadcast(SPECIES, a[i + 1]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            FloatVector a2 = broadcast(SPECIES, a[i + 2]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            FloatVector a3 = broadcast(SPECIES, a[i + 3]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            FloatVector a4 = broadcast(SPECIES, a[i + 4]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            s42 = a4.fma(b2, s42);
            FloatVector a5 = broadcast(SPECIES, a[i + 5]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            s52 = a5.fma(b2, s52);
            FloatVector a6 = broadcast(SPECIES, a[i + 6]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            s62 = a6.fma(b2, s62);
            FloatVector a7 = broadcast(SPECIES, a[i + 7]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            s72 = a7.fma(b2, s72);
            i += aStride;
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s02.intoArray(c, cOffset + 2 * LANES);
        s10.intoArray(c, cOffset + cStride);
        s11.intoArray(c, cOffset + cStride + LANES);
        s12.intoArray(c, cOffset + cStride + 2 * LANES);
        s20.intoArray(c, cOffset + 2 * cStride);
        s21.intoArray(c, cOffset + 2 * cStride + LANES);
        s22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
        s30.intoArray(c, cOffset + 3 * cStride);
        s31.intoArray(c, cOffset + 3 * cStride + LANES);
        s32.intoArray(c, cOffset + 3 * cStride + 2 * LANES);
        s40.intoArray(c, cOffset + 4 * cStride);
        s41.intoArray(c, cOffset + 4 * cStride + LANES);
        s42.intoArray(c, cOffset + 4 * cStride + 2 * LANES);
        s50.intoArray(c, cOffset + 5 * cStride);
        s51.intoArray(c, cOffset + 5 * cStride + LANES);
        s52.intoArray(c, cOffset + 5 * cStride + 2 * LANES);
        s60.intoArray(c, cOffset + 6 * cStride);
        s61.intoArray(c, cOffset + 6 * cStride + LANES);
        s62.intoArray(c, cOffset + 6 * cStride + 2 * LANES);
        s70.intoArray(c, cOffset + 7 * cStride);
        s71.intoArray(c, cOffset + 7 * cStride + LANES);
        s72.intoArray(c, cOffset + 7 * cStride + 2 * LANES);
    }

    /// 8 rows by 2 vectors.
    private static void columns2(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero, s01 = zero;
        FloatVector s10 = zero, s11 = zero;
        FloatVector s20 = zero, s21 = zero;
        FloatVector s30 = zero, s31 = zero;
        FloatVector s40 = zero, s41 = zero;
        FloatVector s50 = zero, s51 = zero;
        FloatVector s60 = zero, s61 = zero;
        FloatVector s70 = zero, s71 = zero;
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector b1 = fromArray(SPECIES, b, j + LANES);
            FloatVector a0 = broadcast(SPECIES, a[i]);
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = broadcast(SPECIES, a[i + 1]);
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = broadcast(SPECIES, a[i + 2]);
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = broadcast(SPECIES, a[i + 3]);
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            FloatVector a4 = broadcast(SPECIES, a[i + 4]);
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            FloatVector a5 = broadcast(SPECIES, a[i + 5]);
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
            FloatVector a6 = broadcast(SPECIES, a[i + 6]);
            s60 = a6.fma(b0, s60);
            s61 = a6.fma(b1, s61);
            FloatVector a7 = broadcast(SPECIES, a[i + 7]);
            s70 = a7.fma(b0, s70);
            s71 = a7.fma(b1, s71);
            i += aStride;
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s10.intoArray(c, cOffset + cStride);
        s11.intoArray(c, cOffset + cStride + LANES);
        s20.intoArray(c, cOffset + 2 * cStride);
        s21.intoArray(c, cOffset + 2 * cStride + LANES);
        s30.intoArray(c, cOffset + 3 * cStride);
        s31.intoArray(c, cOffset + 3 * cStride + LANES);
        s40.intoArray(c, cOffset + 4 * cStride);
        s41.intoArray(c, cOffset + 4 * cStride + LANES);
        s50.intoArray(c, cOffset + 5 * cStride);
        s51.intoArray(c, cOffset + 5 * cStride + LANES);
        s60.intoArray(c, cOffset + 6 * cStride);
        s61.intoArray(c, cOffset + 6 * cStride + LANES);
        s70.intoArray(c, cOffset + 7 * cStride);
        s71.intoArray(c, cOffset + 7 * cStride + LANES);
    }

    /// 8 rows by 1 vector.
    private static void columns1(
            int inner,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector zero = broadcast(SPECIES, 0);
        FloatVector s00 = zero;
        FloatVector s10 = zero;
        FloatVector s20 = zero;
        FloatVector s30 = zero;
        FloatVector s40 = zero;
        FloatVector s50 = zero;
        FloatVector s60 = zero;
        FloatVector s70 = zero;
        int i = aOffset;
        int j = bOffset;
        for (int p = 0; p < inner; p++) {
            FloatVector b0 = fromArray(SPECIES, b, j);
            FloatVector a0 = broadcast(SPECIES, a[i]);
            s00 = a0.fma(b0, s00);
            FloatVector a1 = broadcast(SPECIES, a[i + 1]);
            s10 = a1.fma(b0, s10);
            FloatVector a2 = broadcast(SPECIES, a[i + 2]);
            s20 = a2.fma(b0, s20);
            FloatVector a3 = broadcast(SPECIES, a[i + 3]);
            s30 = a3.fma(b0, s30);
            FloatVector a4 = broadcast(SPECIES, a[i + 4]);
            s40 = a4.fma(b0, s40);
            FloatVector a5 = broadcast(SPECIES, a[i + 5]);
            s50 = a5.fma(b0, s50);
            FloatVector a6 = broadcast(SPECIES, a[i + 6]);
            s60 = a6.fma(b0, s60);
            FloatVector a7 = broadcast(SPECIES, a[i + 7]);
            s70 = a7.fma(b0, s70);
            i += aStride;
            j += bStride;
        }
        s00.intoArray(c, cOffset);
        s10.intoArray(c, cOffset + cStride);
        s20.intoArray(c, cOffset + 2 * cStride);
        s30.intoArray(c, cOffset + 3 * cStride);
        s40.intoArray(c, cOffset + 4 * cStride);
        s50.intoArray(c, cOffset + 5 * cStride);
        s60.intoArray(c, cOffset + 6 * cStride);
        s70.intoArray(c, cOffset + 7 * cStride);
    }
}
