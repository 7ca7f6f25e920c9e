package dev.microgpt.engine.tensor;

/// The visible activations of a forward pass over one sequence, with one entry per position t.
///
/// @param embedding token plus position embedding after its normalisation, (T, C)
/// @param attentionWeights attention weights by layer and head, (T, L, H, t + 1)
/// @param mlpActivations hidden layers before their activation; with SwiGLU, the gates, (T, L, F)
public record ForwardCapture(
        double[][] embedding, double[][][][] attentionWeights, double[][][] mlpActivations) {

    static ForwardCapture ofSize(Layout layout, int tokens) {
        double[][][][] weights = new double[tokens][layout.layers][layout.heads][];
        for (int t = 0; t < tokens; t++) {
            for (double[][] layer : weights[t]) {
                for (int head = 0; head < layout.heads; head++) {
                    layer[head] = new double[t + 1];
                }
            }
        }
        return new ForwardCapture(
                new double[tokens][layout.width],
                weights,
                new double[tokens][layout.layers][layout.hidden]);
    }

    void setEmbedding(float[] x, int stride) {
        for (int t = 0; t < embedding.length; t++) {
            copy(x, t * stride, embedding[t]);
        }
    }

    void setHidden(int layer, float[] hidden, int stride) {
        for (int t = 0; t < mlpActivations.length; t++) {
            copy(hidden, t * stride, mlpActivations[t][layer]);
        }
    }

    /// @param weights (H, T, T)
    void setWeights(int layer, float[] weights) {
        int tokens = attentionWeights.length;
        for (int t = 0; t < tokens; t++) {
            double[][] heads = attentionWeights[t][layer];
            for (int head = 0; head < heads.length; head++) {
                copy(weights, (head * tokens + t) * tokens, heads[head]);
            }
        }
    }

    private static void copy(float[] from, int offset, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from[offset + i];
        }
    }
}
