package dev.microgpt.engine.tensor;

/// Estimates the memory of a model of the tensor engine before the model is created.
///
/// Results are in bytes. They are computed in floating point so that nothing overflows, and are
/// `Long.MAX_VALUE` if they are larger than that, or if an array would be too long.
public final class TensorMemoryEstimate {

    private final double c; // C'
    private final double d; // D'
    private final double a; // A
    private final double f; // F'
    private final double v; // V'
    private final double layers;
    private final double blockSize;
    private final double size; // see Layout

    /// @param vocab V
    /// @param width C
    /// @param heads H
    /// @param layers L
    public TensorMemoryEstimate(int vocab, int width, int heads, int layers, int blockSize) {
        c = padded(width);
        d = Layout.paddedHead(width / heads);
        a = padded(heads * d);
        f = padded(4.0 * width);
        v = padded(vocab);
        this.layers = layers;
        this.blockSize = blockSize;
        size = c * (vocab + (double) blockSize + v) + layers * c * (4 * a + 2 * f);
    }

    private static double padded(double n) {
        return Math.ceil(n / Layout.PAD) * Layout.PAD;
    }

    /// Returns the size of the parameters.
    public long weightsBytes() {
        return bytes(size, size);
    }

    /// Returns the size of the parameters and the optimiser state.
    public long stateBytes() {
        return bytes(3 * size, size);
    }

    /// Returns the size of the parameters, and of the buffers of a forward pass and a decoder.
    public long predictorBytes() {
        double numbers = size + room(blockSize) * activations() + decoder() + scratch(blockSize);
        return bytes(numbers, largest(blockSize));
    }

    /// Returns the size of the parameters, the optimiser state, and the buffers of a training step and a
    /// decoder.
    ///
    /// @param rows positions in a batch
    public long trainerBytes(double rows) {
        double perRow = activations() + Gradients.floats(c, a, f);
        double numbers = 5 * size + room(rows) * perRow + decoder() + scratch(rows);
        return bytes(numbers, largest(rows));
    }

    private static double room(double rows) {
        return rows + Activations.SLACK;
    }

    private double activations() {
        return Activations.floats(c, a, f, v, layers);
    }

    private double decoder() {
        return 2 * cache();
    }

    private double cache() {
        return layers * a * blockSize;
    }

    /// Returns the size of the attention scratch of the passes and of the decoder.
    private double scratch(double rows) {
        boolean isSplit = Workspace.operations(size, rows) >= Workers.PARALLEL_THRESHOLD;
        int parts = isSplit ? Workers.PARTS : 1;
        return (parts + 1) * AttentionScratch.floats(d, blockSize);
    }

    /// Returns the length of the longest array.
    private double largest(double rows) {
        double widest = Math.max(3 * a, Math.max(f, v)) + Layout.PAD;
        double keys = padded(blockSize) * Math.max(d, Layout.PAD);
        return Math.max(Math.max(size, room(rows) * widest), Math.max(cache(), keys));
    }

    private static long bytes(double numbers, double largest) {
        return largest > Integer.MAX_VALUE - 8 ? Long.MAX_VALUE : (long) (Float.BYTES * numbers);
    }
}
