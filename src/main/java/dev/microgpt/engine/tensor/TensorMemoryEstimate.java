package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.PositionKind;

/// Estimates the memory of a model of the tensor engine before the model is created.
///
/// Results are in bytes. They are computed in floating point so that nothing overflows, and are
/// `Long.MAX_VALUE` if they are larger than that, or if an array would be too long.
public final class TensorMemoryEstimate {

    private final double a; // A
    private final double d; // D'
    private final double c; // C'
    private final double p; // P
    private final double f; // F'
    private final double v; // V'
    private final double vocab; // V
    private final double blockSize;
    private final double size; // see Layout
    private final double tiedHead; // see Weights#head
    private final double tables; // of positions
    private final Widths widths;

    /// Floats per position, each row with a bound for the padding of its stride.
    ///
    /// @param c a row of the residual stream
    /// @param norm what a normalisation keeps
    /// @param normGradient what it keeps for the gradients of its parameters
    /// @param qkv what the attention reads
    /// @param o what it returns
    /// @param projected queries, keys and values before [HeadInputs]; 0 if there are none
    /// @param hidden what the hidden layer keeps
    /// @param hiddenGradients its gradients
    /// @param logits a row of logits
    /// @param layers L
    /// @param outerNorms normalisations that are not in a layer
    record Widths(
            double c,
            double norm,
            double normGradient,
            double qkv,
            double o,
            double projected,
            double hidden,
            double hiddenGradients,
            double logits,
            double layers,
            int outerNorms) {

        double widest() {
            return Math.max(Math.max(qkv, projected), Math.max(hiddenGradients, logits));
        }
    }

    /// @param vocab V
    /// @param width C
    /// @param heads H
    /// @param layers L
    public TensorMemoryEstimate(
            int vocab, int width, int heads, int layers, int blockSize, Architecture architecture) {
        this.vocab = vocab;
        c = padded(width);
        d = Layout.paddedHead(width / heads + Layout.extraElements(architecture));
        a = padded(heads * d);
        double kv = padded(architecture.kvHeads(heads) * d);
        p = a + 2 * kv;
        f = padded(architecture.hidden(width));
        v = padded(vocab);
        this.blockSize = blockSize;
        boolean hasWpe = architecture.position() == PositionKind.LEARNED;
        double rows = vocab + (hasWpe ? blockSize : 0.0) + (architecture.tied() ? 0 : v);
        int gates = architecture.isGated() ? 1 : 0;
        int outerNorms =
                (architecture.embeddingNorm() ? 1 : 0) + (architecture.finalNorm() ? 1 : 0);
        double biases = architecture.biases() ? a + 2 * kv + 2 * c + (1 + gates) * f : 0;
        double normVectors = architecture.hasNormParameters() ? 2 * c : 0;
        size =
                c * rows
                        + layers * c * (2 * a + 2 * kv + (2 + gates) * f)
                        + layers * biases
                        + (2.0 * layers + outerNorms) * normVectors;
        tiedHead = architecture.tied() ? c * v : 0;
        tables =
                switch (architecture.position()) {
                    case ROPE -> HeadInputs.floats(d, blockSize);
                    case SINUSOIDAL -> c * blockSize;
                    case LEARNED, ALIBI, NONE -> 0;
                };
        double pad = Layout.PAD;
        boolean hasNormParameters = architecture.hasNormParameters();
        boolean hasProjection = architecture.changesHeadInputs(heads);
        widths =
                new Widths(
                        c + pad,
                        (hasNormParameters ? 2 : 1) * (c + pad),
                        hasNormParameters ? c + pad : 0,
                        3 * a + pad,
                        a + pad,
                        hasProjection ? a + 2 * kv + pad : 0,
                        (1 + HiddenLayer.extraArrays(architecture.activation())) * (f + pad),
                        (1 + gates) * (f + pad),
                        v + pad,
                        layers,
                        outerNorms);
    }

    private static double padded(double n) {
        return Math.ceil(n / Layout.PAD) * Layout.PAD;
    }

    /// Returns the size of the parameters.
    public long weightsBytes() {
        return bytes(size + tiedHead, size);
    }

    /// Returns the size of the parameters and the optimiser state.
    public long stateBytes() {
        return bytes(3 * size + tiedHead, size);
    }

    /// Returns the size of the parameters, and of the buffers of a forward pass and a decoder.
    public long predictorBytes() {
        double numbers =
                size
                        + tiedHead
                        + 2 * tables
                        + room(blockSize) * Activations.floats(widths)
                        + decoder()
                        + scratch(blockSize);
        return bytes(numbers, largest(blockSize));
    }

    /// Returns the size of a [BatchDecoder]; 0 if there is none for this model.
    public long batchBytes() {
        double buffers = BatchDecoder.floats(widths.layers(), blockSize, a, c, p, f, v);
        if (!BatchDecoder.isSmall(buffers, size)) {
            return 0;
        }
        double table = vocab * blockSize * (c + p);
        double numbers =
                buffers
                        + (table <= InputTable.MAX_FLOATS ? table : 0)
                        + tables
                        + AttentionScratch.floats(d, blockSize);
        return bytes(numbers, buffers);
    }

    /// Returns the size of the parameters, the optimiser state, and the buffers of a training step and a
    /// decoder.
    ///
    /// @param rows positions in a batch
    public long trainerBytes(double rows) {
        double perRow = Activations.floats(widths) + Gradients.floats(widths);
        double numbers =
                5 * size
                        + 3 * tiedHead
                        + 2 * tables
                        + room(rows) * perRow
                        + decoder()
                        + scratch(rows)
                        + threads(rows) * (double) Kernels.panelFloats(c);
        return bytes(numbers, largest(rows));
    }

    private static double room(double rows) {
        return rows + Activations.SLACK;
    }

    private double decoder() {
        return 2 * cache() + 2 * widths.layers() * (widths.norm() + 1);
    }

    private double cache() {
        return widths.layers() * a * blockSize;
    }

    /// Returns the size of the attention scratch of the passes and of the decoder.
    private double scratch(double rows) {
        double interleaved = d < Layout.PAD ? InterleavedSequences.floats(d, blockSize) : 0;
        return (threads(rows) + 1) * AttentionScratch.floats(d, blockSize)
                + threads(rows) * interleaved;
    }

    private int threads(double rows) {
        boolean isSplit = Workspace.operations(size, rows) >= Workers.PARALLEL_THRESHOLD;
        return isSplit ? Workers.THREADS : 1;
    }

    /// Returns the length of the longest array.
    private double largest(double rows) {
        double keys = padded(blockSize) * Math.max(d, Layout.PAD);
        return Math.max(Math.max(size, room(rows) * widths.widest()), Math.max(cache(), keys));
    }

    private static long bytes(double numbers, double largest) {
        return largest > Integer.MAX_VALUE - 8 ? Long.MAX_VALUE : (long) (Float.BYTES * numbers);
    }
}
