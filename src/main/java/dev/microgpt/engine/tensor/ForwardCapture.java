package dev.microgpt.engine.tensor;

/// What a forward pass over one sequence shows, for those who want to look. All of it is (T, ...): one
/// entry a position.
///
/// @param embedding token plus position after RMSNorm, (T, C)
/// @param attentionWeights by layer and head, (T, L, H, t + 1)
/// @param mlpActivations hidden layers before their ReLU, (T, L, 4 C)
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
                new double[tokens][layout.layers][4 * layout.width]);
    }

    void takeEmbedding(float[] x, int stride) {
        for (int t = 0; t < embedding.length; t++) {
            copy(x, t * stride, embedding[t]);
        }
    }

    void takeHidden(int layer, float[] hidden, int stride) {
        for (int t = 0; t < mlpActivations.length; t++) {
            copy(hidden, t * stride, mlpActivations[t][layer]);
        }
    }

    /// @param weights (H, T, T)
    void takeWeights(int layer, float[] weights) {
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
