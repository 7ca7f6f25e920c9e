package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// What a forward pass shows at one position; microgptjs calls it an entry of `vizData`.
///
/// @param embedding token plus position embedding after RMSNorm, (C)
/// @param attentionWeights how much each head attends to each position so far, (L, H, t + 1)
/// @param mlpActivations the hidden layer of each MLP before its ReLU, (L, 4 C)
/// @param probs when generating, the probabilities from which the next token was drawn, (V)
public record Trace(
        double[] embedding,
        double[][][] attentionWeights,
        double[][] mlpActivations,
        double @Nullable [] probs) {

    Trace withProbs(double[] newProbs) {
        return new Trace(embedding, attentionWeights, mlpActivations, newProbs);
    }

    /// How many numbers the traces of a sequence hold at most, so that a caller can refuse to ask
    /// for more than it can take.
    ///
    /// @param options of the model
    /// @param vocabSize V
    /// @param tokens length of the sequence
    public static long size(ModelOptions options, int vocabSize, int tokens) {
        long t = tokens;
        double weights = (double) options.nLayer() * options.nHead() * t * (t + 1) / 2;
        double rest = t * ((4.0 * options.nLayer() + 1) * options.nEmbd() + vocabSize);
        return (long) (weights + rest); // a double saturates when it becomes a long
    }
}
