package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Dropout;

import java.util.Arrays;

/// Drops numbers of rows of the residual stream, or of their gradient, in one step.
final class RowDropout {

    private final int width;
    private final Activations acts;
    private Dropout dropout = Dropout.NONE;
    private long step;

    RowDropout(Layout layout, Activations acts) {
        width = layout.width;
        this.acts = acts;
    }

    void begin(Dropout numbersToDrop, long stepsBefore) {
        dropout = numbersToDrop;
        step = stepsBefore;
    }

    boolean isActive() {
        return dropout.isActive();
    }

    /// Multiplies rows by 0 or by what compensates for the zeros. Does nothing without dropout.
    ///
    /// @param x (N, C')
    /// @param place see [Dropout]
    void apply(float[] x, int from, int to, int place) {
        if (!isActive()) {
            return;
        }
        for (int row = from; row < to; row++) {
            long key = dropout.row(step, documentOf(row), acts.positions[row], place);
            int start = row * acts.cStride;
            for (int column = 0; column < width; column++) {
                x[start + column] *= (float) dropout.factor(key, column);
            }
        }
    }

    private int documentOf(int row) {
        int found = Arrays.binarySearch(acts.sequences.starts, 0, acts.sequences.count, row);
        return found >= 0 ? found : -found - 2;
    }
}
