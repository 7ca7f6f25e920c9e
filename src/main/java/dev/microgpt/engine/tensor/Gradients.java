package dev.microgpt.engine.tensor;

/// The gradients that a backward pass computes: those of the parameters, and those of the activations on the
/// way to them. The buffers grow to the largest batch and are reused.
final class Gradients {

    private final Layout layout;
    private final Activations acts;
    private int capacity;

    final float[] params; // (size), see Layout
    final float[] transposed; // (size), the linear layers' weights, transposed

    float[] dx = {}; // (N, C'), of the residual stream
    float[] dMlp = {}; // (N, C'), of the output of the MLP
    float[] dAttention = {}; // (N, C'), of the output of the attention; with dropout alone
    float[] dNorm = {}; // (N, C'), of the output of a normalisation
    float[] dHidden = {}; // (N, F'), of the hidden layer

    Gradients(Layout layout, Activations acts) {
        this.layout = layout;
        this.acts = acts;
        params = new float[layout.size];
        transposed = new float[layout.size];
    }

    /// Makes room for the gradients of a number of positions and [Activations#SLACK].
    void ensureRows(int positionCount, boolean hasDropout) {
        int rows = positionCount + Activations.SLACK;
        if (hasDropout && dAttention.length < rows * acts.cStride) {
            dAttention = new float[rows * acts.cStride];
        }
        if (rows <= capacity) {
            return;
        }
        dx = new float[rows * acts.cStride];
        dMlp = new float[rows * acts.cStride];
        dNorm = new float[rows * acts.cStride];
        dHidden = new float[rows * acts.fStride];
        AttentionBuffers first = acts.layers[0].attention;
        float[] dqkv = new float[rows * first.qkvStride];
        float[] dO = new float[rows * first.oStride];
        for (Activations.Layer layer : acts.layers) { // shared, as one layer at a time needs them
            layer.attention.dqkv = dqkv;
            layer.attention.dO = dO;
        }
        capacity = rows;
    }

    /// Returns an upper bound for the size of the buffers in floats per position. Each stride may add one
    /// vector.
    static double floats(double c, double a, double f) {
        double pad = Layout.PAD;
        return 4 * (c + pad) + f + pad + 4 * a + 2 * pad;
    }

    /// Returns the number of matrices to transpose, see [#transpose].
    int matrices() {
        return 4 * layout.layers + 1;
    }

    /// Transposes the weights of a range of linear layers.
    ///
    /// @param weights (size)
    /// @param from,to range of matrices: qkv, wo, fc1 and fc2 of each layer, then lmHead
    void transpose(Kernels kernels, float[] weights, int from, int to) {
        for (int i = from; i < to; i++) {
            int layer = i / 4;
            if (layer == layout.layers) {
                kernels.transpose(layout.c, layout.v, weights, transposed, layout.lmHead);
                continue;
            }
            int c = layout.c;
            int a = layout.a;
            switch (i % 4) {
                case 0 -> kernels.transpose(c, 3 * a, weights, transposed, layout.qkv(layer));
                case 1 -> kernels.transpose(a, c, weights, transposed, layout.wo(layer));
                case 2 -> kernels.transpose(c, layout.f, weights, transposed, layout.fc1(layer));
                default -> kernels.transpose(layout.f, c, weights, transposed, layout.fc2(layer));
            }
        }
    }
}
