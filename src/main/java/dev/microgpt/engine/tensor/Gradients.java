package dev.microgpt.engine.tensor;

/// The gradients that a backward pass computes: those of the parameters, and those of the activations on the
/// way to them. The buffers grow to the largest batch and are reused.
final class Gradients {

    private final Layout layout;
    private final Activations acts;
    private int capacity;

    final float[] params; // (size), see Layout
    final float[] transposed; // (size), the linear layers' weights, transposed

    final float[] head; // that of lm_head at Weights#headOffset: params, or (C', V') if it is tied
    final float[] transposedHead; // transposed, or (V', C') if it is tied

    float[] dx = {}; // (N, C'), of the residual stream
    float[] dMlp = {}; // (N, C'), of the output of the MLP
    float[] dAttention = {}; // (N, C'), of the output of the attention; with dropout alone
    float[] dNorm = {}; // (N, C'), of the output of a normalisation
    float[] dHidden = {}; // (N, F'), of the hidden layer
    float[] dProjected = {}; // (N, P), of queries, keys and values as they are computed

    Gradients(Layout layout, Activations acts) {
        this.layout = layout;
        this.acts = acts;
        params = new float[layout.size];
        transposed = new float[layout.size];
        boolean isTied = layout.architecture.tied();
        head = isTied ? new float[layout.c * layout.v] : params;
        transposedHead = isTied ? new float[head.length] : transposed;
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
        dProjected = HeadInputs.differ(layout) ? new float[rows * acts.pStride] : dqkv;
        float[] dGate = new float[layout.architecture.isGated() ? rows * acts.fStride : 0];
        for (Activations.Layer layer : acts.layers) { // shared, as one layer at a time needs them
            layer.attention.dqkv = dqkv;
            layer.attention.dO = dO;
            layer.hidden.setGateGradient(dGate);
        }
        acts.forEachNorm(norm -> norm.setGradientRoom(rows));
        capacity = rows;
    }

    /// Returns an upper bound for the size of the buffers in floats per position.
    static double floats(TensorMemoryEstimate.Widths widths) {
        return 4 * widths.c()
                + widths.hiddenGradients()
                + widths.qkv()
                + widths.o()
                + widths.projected()
                + (2 * widths.layers() + widths.outerNorms()) * widths.normGradient();
    }

    /// Returns the number of matrices to transpose, see [#transpose].
    int matrices() {
        return 5 * layout.layers + 1;
    }

    /// Transposes the weights of a range of linear layers.
    ///
    /// @param from,to range of matrices: qkv, wo, gate, fc1 and fc2 of each layer, then lmHead
    void transpose(Kernels kernels, Weights weights, int from, int to) {
        float[] w = weights.array();
        for (int i = from; i < to; i++) {
            int layer = i / 5;
            if (layer == layout.layers) {
                kernels.transpose(
                        layout.c, layout.v, weights.head(), transposedHead, weights.headOffset());
                continue;
            }
            int c = layout.c;
            int f = layout.f;
            switch (i % 5) {
                case 0 -> kernels.transpose(c, layout.p, w, transposed, layout.qkv(layer));
                case 1 -> kernels.transpose(layout.a, c, w, transposed, layout.wo(layer));
                case 2 -> {
                    if (layout.architecture.isGated()) {
                        kernels.transpose(c, f, w, transposed, layout.gate(layer));
                    }
                }
                case 3 -> kernels.transpose(c, f, w, transposed, layout.fc1(layer));
                default -> kernels.transpose(f, c, w, transposed, layout.fc2(layer));
            }
        }
    }

    /// Adds the gradient of a tied lm_head to that of wte.
    void addTiedHead() {
        if (!layout.architecture.tied()) {
            return;
        }
        layout.forEachTiedRow(
                (row, column, stride) -> {
                    for (int i = 0; i < layout.width; i++) {
                        params[row + i] += head[column + i * stride];
                    }
                });
    }
}
