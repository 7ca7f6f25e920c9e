package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

/// What the first layer computes from a token and its position alone: the embedding, and the queries, keys and values
/// of the attention.
final class RowInputs {

    private final Weights weights;
    private final Layout layout;
    private final Kernels kernels;
    private final Embeddings embeddings;
    private final @Nullable Norm embeddingNorm;
    private final Norm attnNorm;
    private final int[] token = new int[1];
    private final int[] position = new int[1];

    /// The embedding, (C').
    final float[] x;

    RowInputs(Weights weights, Kernels kernels) {
        this.weights = weights;
        this.kernels = kernels;
        layout = weights.layout();
        embeddings = new Embeddings(layout, kernels);
        VectorLayout vectors = layout.vectors;
        boolean isNormalised = layout.architecture.embeddingNorm();
        embeddingNorm = isNormalised ? Norm.ofRow(layout, kernels, vectors.embeddingNorm) : null;
        attnNorm = Norm.ofRow(layout, kernels, vectors.layers[0].attnNorm());
        x = new float[Layout.stride(layout.c)];
    }

    /// Computes the embedding.
    void embed(int tokenId, int tokenPosition) {
        token[0] = tokenId;
        position[0] = tokenPosition;
        embeddings.forward(weights.array(), token, position, 0, 1, x, layout.c);
        if (embeddingNorm != null) {
            embeddingNorm.forward(weights.array(), 0, 1, x);
            System.arraycopy(embeddingNorm.y, 0, x, 0, layout.c);
        }
    }

    /// Computes queries, keys and values from the embedding.
    ///
    /// @param projected receives them, (P)
    void project(float[] projected) {
        attnNorm.forward(weights.array(), 0, 1, x);
        kernels.multiplyRow(
                layout.c, layout.p, attnNorm.y, weights.array(), layout.qkv(0), projected);
        int bias = layout.vectors.layers[0].qkv();
        if (bias != VectorLayout.NONE) {
            kernels.add(weights.array(), bias, projected, 0, layout.p);
        }
    }
}
