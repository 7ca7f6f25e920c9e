package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Consumer;

/// The activations of a forward pass, which the backward pass uses: buffers for the positions of one batch,
/// one sequence after the other. They grow to the largest batch and are reused.
final class Activations {

    /// The number of rows after the last position that kernels may read, and that products may also write.
    static final int SLACK = Layout.PAD;

    /// The activations of one layer.
    static final class Layer {

        final Norm attnNorm;

        /// The queries, keys and values that are computed for a position, (N, P): those that the attention reads, unless
        /// [HeadInputs] make them.
        float[] projected = {};

        final AttentionBuffers attention;
        final Norm mlpNorm;
        final HiddenLayer hidden;

        Layer(Layout layout, Kernels kernels, int layer) {
            VectorLayout.Layer vectors = layout.vectors.layers[layer];
            attnNorm = new Norm(layout, kernels, vectors.attnNorm());
            attention = new AttentionBuffers(layout);
            mlpNorm = new Norm(layout, kernels, vectors.mlpNorm());
            hidden = new HiddenLayer(layout, kernels);
        }
    }

    final int cStride;
    final int pStride;
    final int fStride;
    final int vStride;

    int rows; // N
    int[] tokens = {}; // (N)
    int[] targets = {}; // (N)
    int[] positions = {}; // (N), within the sequence
    final Sequences sequences = new Sequences();
    double[] losses = {}; // (B), mean cross-entropy of each document
    float[] x = {}; // (N, C'), the residual stream
    final @Nullable Norm embeddingNorm;
    final Layer[] layers; // (L)
    final @Nullable Norm finalNorm;
    float[] logits = {}; // (N, V'), replaced by their gradient

    float[] branch = {}; // (N, C'), the output of a block that is added to the residual stream

    private final boolean attentionReadsProjection;
    private int capacity;

    Activations(Layout layout, Kernels kernels) {
        cStride = Layout.stride(layout.c);
        pStride = Layout.stride(layout.p);
        fStride = Layout.stride(layout.f);
        vStride = Layout.stride(layout.v);
        attentionReadsProjection = !HeadInputs.differ(layout);
        VectorLayout vectors = layout.vectors;
        embeddingNorm =
                layout.architecture.embeddingNorm()
                        ? new Norm(layout, kernels, vectors.embeddingNorm)
                        : null;
        layers = new Layer[layout.layers];
        Arrays.setAll(layers, i -> new Layer(layout, kernels, i));
        finalNorm =
                layout.architecture.finalNorm()
                        ? new Norm(layout, kernels, vectors.finalNorm)
                        : null;
    }

    /// Calls an action for each normalisation.
    void forEachNorm(Consumer<Norm> action) {
        if (embeddingNorm != null) {
            action.accept(embeddingNorm);
        }
        for (Layer layer : layers) {
            action.accept(layer.attnNorm);
            action.accept(layer.mlpNorm);
        }
        if (finalNorm != null) {
            action.accept(finalNorm);
        }
    }

    /// Returns what the product with lm_head reads, (N, C').
    float[] headInput() {
        return finalNorm == null ? x : finalNorm.y;
    }

    /// Lays out the positions of a batch one after the other.
    void fill(int[][] batch, int blockSize) {
        sequences.fill(batch, blockSize);
        if (losses.length < batch.length) {
            losses = new double[batch.length];
        }
        rows = sequences.rows();
        ensureRoom(rows);
        int[] starts = sequences.starts;
        for (int b = 0; b < batch.length; b++) {
            for (int row = starts[b]; row < starts[b + 1]; row++) {
                int position = row - starts[b];
                tokens[row] = batch[b][position];
                targets[row] = batch[b][position + 1];
                positions[row] = position;
            }
        }
    }

    /// Makes room for a number of positions and [#SLACK].
    private void ensureRoom(int positionCount) {
        int room = positionCount + SLACK;
        if (room <= capacity) {
            return;
        }
        int widest = Math.max(layers[0].attention.qkvStride, Math.max(fStride, vStride));
        Math.multiplyExact(room, widest); // throws if the largest array is too long
        tokens = new int[room];
        targets = new int[room];
        positions = new int[room];
        x = new float[room * cStride];
        logits = new float[room * vStride];
        branch = new float[room * cStride];
        forEachNorm(norm -> norm.setRoom(room));
        for (Layer layer : layers) {
            layer.hidden.setRoom(room);
            AttentionBuffers attention = layer.attention;
            attention.qkv = new float[room * attention.qkvStride];
            layer.projected = attentionReadsProjection ? attention.qkv : new float[room * pStride];
            attention.o = new float[room * attention.oStride];
            attention.max = new float[room * attention.oStride];
            attention.inverseSum = new float[room * attention.oStride];
        }
        capacity = room;
    }

    /// Returns the number of rows that products work on: whole tiles.
    static int roundedRows(int rows) {
        return (rows + Kernels.ROWS - 1) / Kernels.ROWS * Kernels.ROWS;
    }

    /// Returns an upper bound for the size of the buffers in floats per position.
    static double floats(TensorMemoryEstimate.Widths widths) {
        double norm = widths.norm() + 1;
        double layer =
                2 * norm + widths.qkv() + 3 * widths.o() + widths.projected() + widths.hidden();
        return widths.layers() * layer
                + widths.outerNorms() * norm
                + 2 * widths.c()
                + widths.logits()
                + 4;
    }
}
