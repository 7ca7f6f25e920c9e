package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// The parameters of a model, and where they lie. Those of a [TensorTrainer] change with each of its
/// steps, all others never do.
public final class Weights {

    private final Layout layout;
    private final float[] params; // (size), see Layout
    private long version;

    Weights(Layout layout, float[] params) {
        this.layout = layout;
        this.params = params;
    }

    /// @param params in the order of the reference, (numParams)
    public static Weights of(
            int vocab, int width, int heads, int layers, int blockSize, double[] params) {
        Layout layout = new Layout(vocab, width, heads, layers, blockSize);
        return new Weights(layout, layout.imported(params));
    }

    public Weights copy() {
        return new Weights(layout, params.clone());
    }

    Layout layout() {
        return layout;
    }

    /// The parameters themselves, (size).
    float[] array() {
        return params;
    }

    /// Changes with the parameters.
    long version() {
        return version;
    }

    /// Notes that the parameters have been changed.
    void changed() {
        version++;
    }

    /// The number of parameters.
    public int count() {
        return layout.numParams();
    }

    /// All parameters in the order of the reference, (numParams).
    public double[] toArray() {
        return layout.exported(params);
    }

    /// The memory that the parameters take, with their padding.
    public long bytes() {
        return (long) Float.BYTES * params.length;
    }

    /// The arithmetic mean.
    public double mean() {
        double sum = 0;
        for (float p : params) { // the padding is 0
            sum += p;
        }
        return sum / count();
    }

    /// The root mean square.
    public double rootMeanSquare() {
        double sum = 0;
        for (float p : params) {
            sum += (double) p * p;
        }
        return Math.sqrt(sum / count());
    }

    /// A row of wte, (C).
    public double[] embedding(int tokenId) {
        double[] row = new double[layout.width];
        Arrays.setAll(row, j -> params[layout.wte + tokenId * layout.c + j]);
        return row;
    }
}
