package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// The activations of a forward pass, which the backward pass uses: buffers for the positions of one batch,
/// one sequence after the other. They grow to the largest batch and are reused.
final class Activations {

    /// The number of rows after the last position that kernels may read, and that products may also write.
    static final int SLACK = Layout.PAD;

    /// The activations of one layer.
    static final class Layer {

        float[] norm1 = {}; // (N, C'), input of the attention
        float[] scale1 = {}; // (N), scale of norm1, see Kernels#rmsNorm
        final AttentionBuffers attention;
        float[] norm2 = {}; // (N, C'), input of the MLP
        float[] scale2 = {}; // (N), scale of norm2
        float[] hidden = {}; // (N, F'), after the ReLU

        Layer(Layout layout) {
            attention = new AttentionBuffers(layout);
        }
    }

    final int cStride;
    final int fStride;
    final int vStride;

    int rows; // N
    int[] tokens = {}; // (N)
    int[] targets = {}; // (N)
    int[] positions = {}; // (N), within the sequence
    int documents; // B
    int[] starts = {}; // (B + 1), the first row of each document, and the end of the last one
    double[] losses = {}; // (B), mean cross-entropy of each document
    float[] x = {}; // (N, C'), the residual stream
    float[] norm0 = {}; // (N, C'), the embedding after its normalisation
    float[] scale0 = {}; // (N), scale of norm0
    final Layer[] layers; // (L)
    float[] logits = {}; // (N, V'), replaced by their gradient

    float[] branch = {}; // (N, C'), the output of a block that is added to the residual stream

    private int capacity;

    Activations(Layout layout) {
        cStride = Layout.stride(layout.c);
        fStride = Layout.stride(layout.f);
        vStride = Layout.stride(layout.v);
        layers = new Layer[layout.layers];
        Arrays.setAll(layers, i -> new Layer(layout));
    }

    /// Lays out the positions of a batch one after the other.
    void fill(int[][] batch, int blockSize) {
        documents = batch.length;
        if (starts.length <= documents) {
            starts = new int[documents + 1];
            losses = new double[documents];
        }
        rows = 0;
        for (int b = 0; b < documents; b++) {
            starts[b] = rows;
            rows += Math.min(blockSize, batch[b].length - 1);
        }
        starts[documents] = rows;
        ensureRoom(rows);
        for (int b = 0; b < documents; b++) {
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
        norm0 = new float[room * cStride];
        scale0 = new float[room];
        logits = new float[room * vStride];
        branch = new float[room * cStride];
        for (Layer layer : layers) {
            layer.norm1 = new float[room * cStride];
            layer.scale1 = new float[room];
            layer.norm2 = new float[room * cStride];
            layer.scale2 = new float[room];
            layer.hidden = new float[room * fStride];
            AttentionBuffers attention = layer.attention;
            attention.qkv = new float[room * attention.qkvStride];
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

    /// Returns an upper bound for the size of the buffers in floats per position. Each stride may add one
    /// vector.
    static double floats(double c, double a, double f, double v, double layers) {
        double pad = Layout.PAD;
        double layer = 2 * (c + pad) + 3 * a + pad + 3 * (a + pad) + f + pad + 2;
        double shared = 3 * (c + pad) + v + pad + 4;
        return layers * layer + shared;
    }
}
