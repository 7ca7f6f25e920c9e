package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// Sums over the rows of a matrix, and of a vector with each row.
final class Rows {

    private Rows() {}

    /// Adds a vector to rows: y(row) += x.
    ///
    /// @param x contains the vector at `xOffset`
    /// @param width of the rows, a multiple of 16
    static void add(
            Kernels kernels,
            float[] x,
            int xOffset,
            float[] y,
            int stride,
            int from,
            int to,
            int width) {
        for (int row = from; row < to; row++) {
            kernels.add(x, xOffset, y, row * stride, width);
        }
    }

    /// Computes the sum of each column: sum(j) = x(0, j) + x(1, j) + ...
    ///
    /// @param from,to range of columns
    /// @param sums receives the sums from `offset` on
    static void sumColumns(
            float[] x, int stride, int rows, int from, int to, float[] sums, int offset) {
        Arrays.fill(sums, offset + from, offset + to, 0);
        for (int row = 0; row < rows; row++) {
            int start = row * stride;
            for (int j = from; j < to; j++) {
                sums[offset + j] += x[start + j];
            }
        }
    }
}
