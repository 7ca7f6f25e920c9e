package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/// Products of a weight and columns, y = wᵀ x, with as many sums for each number as [SimdKernels#multiplyRow] has, so
/// that the bits are the same. Unrolled by hand like [SimdTiles].
final class SimdColumnTiles {

    /// The columns of a tile.
    static final int WIDTH = 3 * LANES;

    private static final int COLUMNS = ColumnKernels.COLUMNS;

    private SimdColumnTiles() {}

    /// Computes some rows of y for three vectors of columns, with two sums for each number.
    ///
    /// @param rows a multiple of 4
    /// @param w (in, rows), within a panel of width `wStride`
    static void twoSums(
            int rows,
            int in,
            float[] w,
            int wOffset,
            int wStride,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        for (int row = 0; row < rows; row += 4) {
            twoSums(in, w, wOffset + row, wStride, x, xOffset, y, yOffset + row * COLUMNS);
        }
    }

    /// Computes some rows of y for three vectors of columns, with four sums for each number.
    ///
    /// @param rows a multiple of 2
    /// @param w (in, rows), within a panel of width `wStride`
    static void fourSums(
            int rows,
            int in,
            float[] w,
            int wOffset,
            int wStride,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        for (int row = 0; row < rows; row += 2) {
            fourSums(in, w, wOffset + row, wStride, x, xOffset, y, yOffset + row * COLUMNS);
        }
    }

    /// 4 rows by 3 vectors: 24 sums stay in registers.
    private static void twoSums(
            int in,
            float[] w,
            int wOffset,
            int wStride,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        FloatVector s000 = broadcast(SPECIES, 0),
                s001 = broadcast(SPECIES, 0),
                s002 = broadcast(SPECIES, 0);
        FloatVector s010 = broadcast(SPECIES, 0),
                s011 = broadcast(SPECIES, 0),
                s012 = broadcast(SPECIES, 0);
        FloatVector s100 = broadcast(SPECIES, 0),
                s101 = broadcast(SPECIES, 0),
                s102 = broadcast(SPECIES, 0);
        FloatVector s110 = broadcast(SPECIES, 0),
                s111 = broadcast(SPECIES, 0),
                s112 = broadcast(SPECIES, 0);
        FloatVector s200 = broadcast(SPECIES, 0),
                s201 = broadcast(SPECIES, 0),
                s202 = broadcast(SPECIES, 0);
        FloatVector s210 = broadcast(SPECIES, 0),
                s211 = broadcast(SPECIES, 0),
                s212 = broadcast(SPECIES, 0);
        FloatVector s300 = broadcast(SPECIES, 0),
                s301 = broadcast(SPECIES, 0),
                s302 = broadcast(SPECIES, 0);
        FloatVector s310 = broadcast(SPECIES, 0),
                s311 = broadcast(SPECIES, 0),
                s312 = broadcast(SPECIES, 0);
        int b = wOffset;
        int j = xOffset;
        for (int p = 0; p < in; p += 2) {
            FloatVector x00 = fromArray(SPECIES, x, j);
            FloatVector x01 = fromArray(SPECIES, x, j + LANES);
            FloatVector x02 = fromArray(SPECIES, x, j + 2 * LANES);
            FloatVector w00 = broadcast(SPECIES, w[b]);
            s000 = w00.fma(x00, s000);
            s001 = w00.fma(x01, s001);
            s002 = w00.fma(x02, s002);
            FloatVector w10 = broadcast(SPECIES, w[b + 1]);
            s100 = w10.fma(x00, s100);
            s101 = w10.fma(x01, s101);
            s102 = w10.fma(x02, s102);
            FloatVector w20 = broadcast(SPECIES, w[b + 2]);
            s200 = w20.fma(x00, s200);
            s201 = w20.fma(x01, s201);
            s202 = w20.fma(x02, s202);
            FloatVector w30 = broadcast(SPECIES, w[b + 3]);
            s300 = w30.fma(x00, s300);
            s301 = w30.fma(x01, s301);
            s302 = w30.fma(x02, s302);
            FloatVector x10 = fromArray(SPECIES, x, j + COLUMNS);
            FloatVector x11 = fromArray(SPECIES, x, j + COLUMNS + LANES);
            FloatVector x12 = fromArray(SPECIES, x, j + COLUMNS + 2 * LANES);
            FloatVector w01 = broadcast(SPECIES, w[b + wStride]);
            s010 = w01.fma(x10, s010);
            s011 = w01.fma(x11, s011);
            s012 = w01.fma(x12, s012);
            FloatVector w11 = broadcast(SPECIES, w[b + wStride + 1]);
            s110 = w11.fma(x10, s110);
            s111 = w11.fma(x11, s111);
            s112 = w11.fma(x12, s112);
            FloatVector w21 = broadcast(SPECIES, w[b + wStride + 2]);
            s210 = w21.fma(x10, s210);
            s211 = w21.fma(x11, s211);
            s212 = w21.fma(x12, s212);
            FloatVector w31 = broadcast(SPECIES, w[b + wStride + 3]);
            s310 = w31.fma(x10, s310);
            s311 = w31.fma(x11, s311);
            s312 = w31.fma(x12, s312);
            b += 2 * wStride;
            j += 2 * COLUMNS;
        }
        s000.add(s010).intoArray(y, yOffset);
        s001.add(s011).intoArray(y, yOffset + LANES);
        s002.add(s012).intoArray(y, yOffset + 2 * LANES);
        s100.add(s110).intoArray(y, yOffset + COLUMNS);
        s101.add(s111).intoArray(y, yOffset + COLUMNS + LANES);
        s102.add(s112).intoArray(y, yOffset + COLUMNS + 2 * LANES);
        s200.add(s210).intoArray(y, yOffset + 2 * COLUMNS);
        s201.add(s211).intoArray(y, yOffset + 2 * COLUMNS + LANES);
        s202.add(s212).intoArray(y, yOffset + 2 * COLUMNS + 2 * LANES);
        s300.add(s310).intoArray(y, yOffset + 3 * COLUMNS);
        s301.add(s311).intoArray(y, yOffset + 3 * COLUMNS + LANES);
        s302.add(s312).intoArray(y, yOffset + 3 * COLUMNS + 2 * LANES);
    }

    /// 2 rows by 3 vectors: 24 sums stay in registers.
    private static void fourSums(
            int in,
            float[] w,
            int wOffset,
            int wStride,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        FloatVector s000 = broadcast(SPECIES, 0),
                s001 = broadcast(SPECIES, 0),
                s002 = broadcast(SPECIES, 0);
        FloatVector s010 = broadcast(SPECIES, 0),
                s011 = broadcast(SPECIES, 0),
                s012 = broadcast(SPECIES, 0);
        FloatVector s020 = broadcast(SPECIES, 0),
                s021 = broadcast(SPECIES, 0),
                s022 = broadcast(SPECIES, 0);
        FloatVector s030 = broadcast(SPECIES, 0),
                s031 = broadcast(SPECIES, 0),
                s032 = broadcast(SPECIES, 0);
        FloatVector s100 = broadcast(SPECIES, 0),
                s101 = broadcast(SPECIES, 0),
                s102 = broadcast(SPECIES, 0);
        FloatVector s110 = broadcast(SPECIES, 0),
                s111 = broadcast(SPECIES, 0),
                s112 = broadcast(SPECIES, 0);
        FloatVector s120 = broadcast(SPECIES, 0),
                s121 = broadcast(SPECIES, 0),
                s122 = broadcast(SPECIES, 0);
        FloatVector s130 = broadcast(SPECIES, 0),
                s131 = broadcast(SPECIES, 0),
                s132 = broadcast(SPECIES, 0);
        int b = wOffset;
        int j = xOffset;
        for (int p = 0; p < in; p += 4) {
            FloatVector x00 = fromArray(SPECIES, x, j);
            FloatVector x01 = fromArray(SPECIES, x, j + LANES);
            FloatVector x02 = fromArray(SPECIES, x, j + 2 * LANES);
            FloatVector w00 = broadcast(SPECIES, w[b]);
            s000 = w00.fma(x00, s000);
            s001 = w00.fma(x01, s001);
            s002 = w00.fma(x02, s002);
            FloatVector w10 = broadcast(SPECIES, w[b + 1]);
            s100 = w10.fma(x00, s100);
            s101 = w10.fma(x01, s101);
            s102 = w10.fma(x02, s102);
            FloatVector x10 = fromArray(SPECIES, x, j + COLUMNS);
            FloatVector x11 = fromArray(SPECIES, x, j + COLUMNS + LANES);
            FloatVector x12 = fromArray(SPECIES, x, j + COLUMNS + 2 * LANES);
            FloatVector w01 = broadcast(SPECIES, w[b + wStride]);
            s010 = w01.fma(x10, s010);
            s011 = w01.fma(x11, s011);
            s012 = w01.fma(x12, s012);
            FloatVector w11 = broadcast(SPECIES, w[b + wStride + 1]);
            s110 = w11.fma(x10, s110);
            s111 = w11.fma(x11, s111);
            s112 = w11.fma(x12, s112);
            FloatVector x20 = fromArray(SPECIES, x, j + 2 * COLUMNS);
            FloatVector x21 = fromArray(SPECIES, x, j + 2 * COLUMNS + LANES);
            FloatVector x22 = fromArray(SPECIES, x, j + 2 * COLUMNS + 2 * LANES);
            FloatVector w02 = broadcast(SPECIES, w[b + 2 * wStride]);
            s020 = w02.fma(x20, s020);
            s021 = w02.fma(x21, s021);
            s022 = w02.fma(x22, s022);
            FloatVector w12 = broadcast(SPECIES, w[b + 2 * wStride + 1]);
            s120 = w12.fma(x20, s120);
            s121 = w12.fma(x21, s121);
            s122 = w12.fma(x22, s122);
            FloatVector x30 = fromArray(SPECIES, x, j + 3 * COLUMNS);
            FloatVector x31 = fromArray(SPECIES, x, j + 3 * COLUMNS + LANES);
            FloatVector x32 = fromArray(SPECIES, x, j + 3 * COLUMNS + 2 * LANES);
            FloatVector w03 = broadcast(SPECIES, w[b + 3 * wStride]);
            s030 = w03.fma(x30, s030);
            s031 = w03.fma(x31, s031);
            s032 = w03.fma(x32, s032);
            FloatVector w13 = broadcast(SPECIES, w[b + 3 * wStride + 1]);
            s130 = w13.fma(x30, s130);
            s131 = w13.fma(x31, s131);
            s132 = w13.fma(x32, s132);
            b += 4 * wStride;
            j += 4 * COLUMNS;
        }
        s000.add(s010).add(s020.add(s030)).intoArray(y, yOffset);
        s001.add(s011).add(s021.add(s031)).intoArray(y, yOffset + LANES);
        s002.add(s012).add(s022.add(s032)).intoArray(y, yOffset + 2 * LANES);
        s100.add(s110).add(s120.add(s130)).intoArray(y, yOffset + COLUMNS);
        s101.add(s111).add(s121.add(s131)).intoArray(y, yOffset + COLUMNS + LANES);
        s102.add(s112).add(s122.add(s132)).intoArray(y, yOffset + COLUMNS + 2 * LANES);
    }
}
