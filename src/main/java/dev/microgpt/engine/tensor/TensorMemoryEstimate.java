package dev.microgpt.engine.tensor;

/// Estimates the memory of a model before it is made. In floating point, where nothing overflows.
///
/// Results are bytes; `Long.MAX_VALUE` for what no machine has, or what is beyond the length of an array.
public final class TensorMemoryEstimate {

    private final double c; // C'
    private final double d; // D'
    private final double a; // A
    private final double f; // F'
    private final double v; // V'
    private final double layers;
    private final double blockSize;
    private final double size; // see Layout

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

    /// The parameters alone.
    public long ofWeights() {
        return bytes(size, size);
    }

    /// The parameters and the state of the optimiser.
    public long ofState() {
        return bytes(3 * size, size);
    }

    /// The parameters, and the buffers that a forward pass and a decoder work in.
    public long ofReader() {
        double numbers = size + room(blockSize) * activations() + decoder() + scratch(blockSize);
        return bytes(numbers, largest(blockSize));
    }

    /// The parameters, the state of the optimiser, and the buffers of a training step and of a decoder.
    ///
    /// @param rows positions in a step
    public long ofTrainer(double rows) {
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

    /// Of the passes, and of the decoder.
    private double scratch(double rows) {
        int parts = Workspace.operations(size, rows) >= Workers.WORTHWHILE ? Workers.PARTS : 1;
        return (parts + 1) * AttentionScratch.floats(d, blockSize);
    }

    /// The length of the longest array.
    private double largest(double rows) {
        double widest = Math.max(3 * a, Math.max(f, v)) + Layout.PAD;
        double keys = padded(blockSize) * Math.max(d, Layout.PAD);
        return Math.max(Math.max(size, room(rows) * widest), Math.max(cache(), keys));
    }

    private static long bytes(double numbers, double largest) {
        return largest > Integer.MAX_VALUE - 8 ? Long.MAX_VALUE : (long) (Float.BYTES * numbers);
    }
}
