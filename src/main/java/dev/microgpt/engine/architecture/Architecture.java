package dev.microgpt.engine.architecture;

/// What a model is built of besides its sizes. The first constant, [#MICROGPT], is the default of every option.
///
/// @param norm how rows of the residual stream are normalised
/// @param normGain whether a learned gain of each column multiplies what is normalised
/// @param normBias whether a learned bias of each column is added to what is normalised
/// @param embeddingNorm whether the embedding is normalised
/// @param finalNorm whether the residual stream is normalised before the product with lm_head
/// @param qkNorm whether the queries and keys of each head are divided by their root mean square
/// @param activation the nonlinearity of the MLP
/// @param mlpRatio width of the hidden layer of the MLP divided by C
/// @param position how a model knows the position of a token
/// @param tied whether lm_head is wte
/// @param biases whether the linear layers of attention and MLP have biases
/// @param kvHeads number of key-value heads, each shared by H / kvHeads query heads; 0 for H
public record Architecture(
        NormKind norm,
        boolean normGain,
        boolean normBias,
        boolean embeddingNorm,
        boolean finalNorm,
        boolean qkNorm,
        ActivationKind activation,
        double mlpRatio,
        PositionKind position,
        boolean tied,
        boolean biases,
        int kvHeads) {

    /// That of microgpt.py.
    public static final Architecture MICROGPT =
            new Architecture(
                    NormKind.RMSNORM,
                    /* normGain= */ false,
                    /* normBias= */ false,
                    /* embeddingNorm= */ true,
                    /* finalNorm= */ false,
                    /* qkNorm= */ false,
                    ActivationKind.RELU,
                    /* mlpRatio= */ 4,
                    PositionKind.LEARNED,
                    /* tied= */ false,
                    /* biases= */ false,
                    /* kvHeads= */ 0);

    /// That of A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
    public static final Architecture GPT2 =
            new Architecture(
                    NormKind.LAYERNORM,
                    /* normGain= */ true,
                    /* normBias= */ true,
                    /* embeddingNorm= */ false,
                    /* finalNorm= */ true,
                    /* qkNorm= */ false,
                    ActivationKind.GELU,
                    /* mlpRatio= */ 4,
                    PositionKind.LEARNED,
                    /* tied= */ true,
                    /* biases= */ true,
                    /* kvHeads= */ 0);

    /// That of H. Touvron et al., "LLaMA: Open and Efficient Foundation Language Models" (2023), whose MLP has 8/3 C hidden
    /// units.
    public static final Architecture LLAMA =
            new Architecture(
                    NormKind.RMSNORM,
                    /* normGain= */ true,
                    /* normBias= */ false,
                    /* embeddingNorm= */ false,
                    /* finalNorm= */ true,
                    /* qkNorm= */ false,
                    ActivationKind.SWIGLU,
                    /* mlpRatio= */ 2.6667,
                    PositionKind.ROPE,
                    /* tied= */ false,
                    /* biases= */ false,
                    /* kvHeads= */ 0);

    /// Returns the number of key-value heads.
    ///
    /// @param heads H
    public int kvHeads(int heads) {
        return kvHeads == 0 ? heads : kvHeads;
    }

    /// Returns F, the width of the hidden layer of an MLP.
    ///
    /// @param width C
    public int hidden(int width) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(mlpRatio * width)));
    }

    /// Returns whether normalisations have parameters.
    public boolean hasNormParameters() {
        return normGain || normBias;
    }

    /// Returns whether queries and keys are normalised or rotated before the heads read them.
    public boolean transformsQueriesAndKeys() {
        return qkNorm || position == PositionKind.ROPE;
    }

    /// Returns whether what the heads read differs from the queries, keys and values that the linear layers compute.
    ///
    /// @param heads H
    public boolean changesHeadInputs(int heads) {
        return kvHeads(heads) < heads
                || transformsQueriesAndKeys()
                || position == PositionKind.ALIBI;
    }

    /// Returns whether the hidden layer of an MLP is multiplied by a gate.
    public boolean isGated() {
        return activation == ActivationKind.SWIGLU;
    }

    /// Returns the slope by which the attention logits of a head fall with the distance: 2^(-8 (head + 1) / H) with
    /// ALiBi, otherwise 0.
    ///
    /// @param heads H
    public double slope(int head, int heads) {
        return position == PositionKind.ALIBI ? StrictMath.pow(2, -8.0 * (head + 1) / heads) : 0;
    }
}
