package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.Architecture;

import java.util.Arrays;

/// The parameters of a model, with their layout. The weights of a [TensorTrainer] change with each of its
/// steps; all others never change.
public final class Weights {

    private final Layout layout;
    private final float[] params; // (size), see Layout

    /// What lm_head is read from: the parameters, or a copy of wte in panels, (C', V'), if it is tied.
    private final float[] head;

    private long version;

    Weights(Layout layout, float[] params) {
        this.layout = layout;
        this.params = params;
        head = layout.architecture.tied() ? new float[layout.c * layout.v] : params;
        copyHead();
    }

    /// Returns weights with the given parameters, rounded to float32.
    ///
    /// @param vocab V
    /// @param width C
    /// @param heads H
    /// @param layers L
    /// @param params in the order of the reference, (numParams)
    public static Weights of(
            int vocab,
            int width,
            int heads,
            int layers,
            int blockSize,
            Architecture architecture,
            double[] params) {
        Layout layout = new Layout(vocab, width, heads, layers, blockSize, architecture);
        return new Weights(layout, layout.imported(params));
    }

    /// Returns an independent copy.
    public Weights copy() {
        return new Weights(layout, params.clone());
    }

    Layout layout() {
        return layout;
    }

    /// Returns the parameters themselves, not a copy, (size).
    float[] array() {
        return params;
    }

    /// Returns a number that differs after each change of the parameters.
    long version() {
        return version;
    }

    /// Records that the parameters have changed.
    void changed() {
        version++;
        copyHead();
    }

    /// Returns the array that has lm_head, (C', V') in panels, at [#headOffset].
    float[] head() {
        return head;
    }

    int headOffset() {
        return headOffset(layout);
    }

    /// Returns the offset of lm_head, or of its gradient: 0 in an array of its own if it is tied.
    static int headOffset(Layout layout) {
        return layout.architecture.tied() ? 0 : layout.lmHead;
    }

    private void copyHead() {
        if (!layout.architecture.tied()) {
            return;
        }
        layout.forEachTiedRow(
                (row, column, stride) -> {
                    for (int i = 0; i < layout.width; i++) {
                        head[column + i * stride] = params[row + i];
                    }
                });
    }

    /// Returns the number of parameters, without padding.
    public int count() {
        return layout.numParams();
    }

    /// Returns a copy of all parameters in the order of the reference, (numParams).
    public double[] toArray() {
        return layout.exported(params);
    }

    /// Returns the memory size of the parameters with their padding, and of a tied lm_head, in bytes.
    public long bytes() {
        long copied = layout.architecture.tied() ? head.length : 0;
        return Float.BYTES * (params.length + copied);
    }

    /// Returns the arithmetic mean of all parameters.
    public double mean() {
        double sum = 0;
        for (float p : params) { // the padding is 0
            sum += p;
        }
        return sum / count();
    }

    /// Returns the root mean square of all parameters.
    public double rootMeanSquare() {
        double sum = 0;
        for (float p : params) {
            sum += (double) p * p;
        }
        return Math.sqrt(sum / count());
    }

    /// Returns a copy of a row of wte, (C).
    public double[] embedding(int tokenId) {
        double[] row = new double[layout.width];
        Arrays.setAll(row, j -> params[layout.wte + tokenId * layout.c + j]);
        return row;
    }
}
