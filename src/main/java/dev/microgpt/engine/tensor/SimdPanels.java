package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.FloatVector.fromArray;

/// The gradient of a weight, dW = x^T dy, for wide matrices. Read in place, each row of a tile would be on a memory page
/// of its own, and most would be read from memory again for each tile. So blocks of both matrices are copied to
/// panels first: they lie side by side, and stay in the cache while all tiles of a block of dW are computed.
final class SimdPanels {

    /// The narrowest weights for which the copies are worth their time.
    static final int MIN_WIDTH = 128;

    /// Rows of a block of x and of dy.
    private static final int ROWS = 512;

    /// Columns of a block of x, and of one of dy, which is copied again for each block of x. Both together fit into a cache
    /// of 1 MB.
    private static final int X_COLUMNS = 256;

    private static final int DY_COLUMNS = 2 * Layout.MAX_PANEL;

    private static final int DY = ROWS * X_COLUMNS;
    private static final int TILE = DY + ROWS * DY_COLUMNS;

    /// The length of the room that the copies need.
    static final int FLOATS = TILE + SimdTiles.ROWS * Layout.MAX_PANEL;

    private SimdPanels() {}

    /// See [Kernels#weightGradient].
    ///
    /// @param room (FLOATS): x in panels of 16 columns, panels of dy, a tile of dW
    static void weightGradient(
            int rows,
            int from,
            int to,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] dy,
            int dyStride,
            float[] dw,
            int dwOffset,
            float[] room) {
        for (int row = 0; row < rows; row += ROWS) {
            int count = Math.min(ROWS, rows - row);
            for (int i = from; i < to; i += X_COLUMNS) {
                int width = Math.min(X_COLUMNS, to - i);
                for (int r = 0; r < count; r++) {
                    copyToColumns(width, x, (row + r) * xStride + i, count, room, r * Layout.PAD);
                }
                int end;
                for (int column = 0; column < out; column = end) {
                    end = endOfBlock(out, column);
                    for (int r = 0; r < count; r++) {
                        copyToPanels(out, column, end, dy, (row + r) * dyStride, count, r, room);
                    }
                    int panel;
                    for (int j = column; j < end; j += panel) {
                        panel = Layout.panelWidth(out, j);
                        int y = DY + (j - column) * count;
                        int tile = dwOffset + in * j + i * panel;
                        tiles(count, width, panel, room, y, dw, tile, row > 0);
                    }
                }
            }
        }
    }

    /// Returns the column after the panels of dy that fit into a block.
    private static int endOfBlock(int out, int column) {
        int end = column;
        while (end < out && end + Layout.panelWidth(out, end) <= column + DY_COLUMNS) {
            end += Layout.panelWidth(out, end);
        }
        return end;
    }

    /// Copies part of a row of x to panels of 16 columns.
    private static void copyToColumns(
            int width, float[] x, int xOffset, int rows, float[] room, int offset) {
        int to = offset;
        for (int i = 0; i < width; i += Layout.PAD) {
            for (int j = 0; j < Layout.PAD; j += LANES) {
                fromArray(SPECIES, x, xOffset + i + j).intoArray(room, to + j);
            }
            to += rows * Layout.PAD;
        }
    }

    /// Copies the columns `column` to `end` of a row of dy to panels.
    private static void copyToPanels(
            int out, int column, int end, float[] dy, int offset, int rows, int row, float[] room) {
        int panel;
        for (int j = column; j < end; j += panel) {
            panel = Layout.panelWidth(out, j);
            int to = DY + (j - column) * rows + row * panel;
            for (int k = 0; k < panel; k += LANES) {
                fromArray(SPECIES, dy, offset + j + k).intoArray(room, to + k);
            }
        }
    }

    /// Computes the tiles of a panel of dW.
    ///
    /// @param width columns of x
    /// @param y offset of the panel of dy
    /// @param add whether to add to dW
    private static void tiles(
            int rows,
            int width,
            int panel,
            float[] room,
            int y,
            float[] dw,
            int offset,
            boolean add) {
        for (int i = 0; i < width; i += SimdTiles.ROWS) {
            int x = i / Layout.PAD * Layout.PAD * rows + i % Layout.PAD;
            int tile = offset + i * panel;
            float[] c = add ? room : dw;
            int cOffset = add ? TILE : tile;
            SimdTiles.multiplyTransposed(
                    panel, rows, room, x, Layout.PAD, room, y, panel, c, cOffset, panel);
            if (add) {
                Simd.add(room, TILE, dw, tile, SimdTiles.ROWS * panel);
            }
        }
    }
}
