package dev.microgpt.engine.tensor;

import java.util.Arrays;

/// What a forward pass leaves behind for the backward pass: buffers for the positions of one batch, one
/// sequence after the other. They grow to the largest batch seen and are then used again.
final class Activations {

    /// Rows after the last position that kernels may read, and those of products also write.
    static final int SLACK = Layout.PAD;

    /// What one layer leaves behind.
    static final class Layer {

        float[] norm1 = {}; // (N, C'), input of the attention
        float[] scale1 = {}; // (N), of that normalisation
        final AttentionBuffers attention;
        float[] norm2 = {}; // (N, C'), input of the MLP
        float[] scale2 = {}; // (N)
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
    int[] starts = {}; // (B + 1), the first row of each document, and the end
    double[] losses = {}; // (B), of each document
    float[] x = {}; // (N, C'), the residual stream
    float[] norm0 = {}; // (N, C'), the embedding after its normalisation
    float[] scale0 = {}; // (N)
    final Layer[] layers; // (L)
    float[] logits = {}; // (N, V'), then their gradient

    float[] branch = {}; // (N, C'), what a block adds to the residual stream

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

    /// Makes room for so many positions and [#SLACK].
    private void ensureRoom(int positionCount) {
        int room = positionCount + SLACK;
        if (room <= capacity) {
            return;
        }
        int widest = Math.max(layers[0].attention.qkvStride, Math.max(fStride, vStride));
        Math.multiplyExact(room, widest); // all others are smaller
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

    /// Rows that products work on: whole tiles.
    static int roundedRows(int rows) {
        return (rows + Kernels.ROWS - 1) / Kernels.ROWS * Kernels.ROWS;
    }

    /// The numbers that the buffers hold for each position; the strides may add one vector each.
    static double floats(double c, double a, double f, double v, double layers) {
        double pad = Layout.PAD;
        double layer = 2 * (c + pad) + 3 * a + pad + 3 * (a + pad) + f + pad + 2;
        double shared = 3 * (c + pad) + v + pad + 4;
        return layers * layer + shared;
    }
}
