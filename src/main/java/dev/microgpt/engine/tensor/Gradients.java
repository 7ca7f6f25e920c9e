package dev.microgpt.engine.tensor;

/// The gradients that a backward pass computes: of the parameters, and on the way to them of the
/// activations. The buffers grow to the largest batch seen and are then used again.
final class Gradients {

    private final Layout layout;
    private final Activations acts;
    private int capacity;

    final float[] params; // (size), see Layout
    final float[] transposed; // (size), the linear layers' weights, transposed

    float[] dx = {}; // (N, C'), of the residual stream
    float[] dMlp = {}; // (N, C'), of what the MLP adds to it
    float[] dNorm = {}; // (N, C')
    float[] dHidden = {}; // (N, F')

    Gradients(Layout layout, Activations acts) {
        this.layout = layout;
        this.acts = acts;
        params = new float[layout.size];
        transposed = new float[layout.size];
    }

    /// Makes room for the activations' gradients at so many positions and [Activations#SLACK].
    void ensureRows(int positionCount) {
        int rows = positionCount + Activations.SLACK;
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
        for (Activations.Layer layer : acts.layers) { // they are needed in one at a time
            layer.attention.dqkv = dqkv;
            layer.attention.dO = dO;
        }
        capacity = rows;
    }

    /// The numbers that the buffers hold for each position; the strides may add one vector each.
    static double floats(double c, double a, double f) {
        double pad = Layout.PAD;
        return 3 * (c + pad) + f + pad + 4 * a + 2 * pad;
    }

    /// The matrices that [#transpose] takes.
    int matrices() {
        return 4 * layout.layers + 1;
    }

    /// Transposes the weights of linear layers.
    ///
    /// @param weights (size)
    /// @param from,to matrices
    void transpose(Kernels kernels, float[] weights, int from, int to) {
        for (int i = from; i < to; i++) {
            int of = i / 4;
            if (of == layout.layers) {
                kernels.transpose(layout.c, layout.v, weights, transposed, layout.lmHead);
                continue;
            }
            int c = layout.c;
            switch (i % 4) {
                case 0 -> kernels.transpose(c, 3 * layout.a, weights, transposed, layout.qkv(of));
                case 1 -> kernels.transpose(layout.a, c, weights, transposed, layout.wo(of));
                case 2 -> kernels.transpose(c, layout.f, weights, transposed, layout.fc1(of));
                default -> kernels.transpose(layout.f, c, weights, transposed, layout.fc2(of));
            }
        }
    }
}
