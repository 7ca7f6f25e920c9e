package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// The visible activations of a forward pass at one position t: an entry of `vizData` in microgptjs.
///
/// @param embedding token plus position embedding, after RMSNorm, (C)
/// @param attentionWeights how much each head attends to each position up to t, (L, H, t + 1)
/// @param mlpActivations the hidden layer of each MLP before its activation; with SwiGLU, its gate, (L, F)
/// @param probs the probabilities of the next token, (V); null for a training step
public record Trace(
        double[] embedding,
        double[][][] attentionWeights,
        double[][] mlpActivations,
        double @Nullable [] probs) {

    Trace withProbs(double[] newProbs) {
        return new Trace(embedding, attentionWeights, mlpActivations, newProbs);
    }

    /// Returns an upper bound for the count of numbers in the traces of a sequence, so that a caller can
    /// reject a request that is too large.
    ///
    /// @param options the options of the model
    /// @param vocabSize V
    /// @param tokens length of the sequence
    /// @return at most `Long.MAX_VALUE`
    public static long size(ModelOptions options, int vocabSize, int tokens) {
        long t = tokens;
        double weights = (double) options.nLayer() * options.nHead() * t * (t + 1) / 2;
        double hidden = (double) options.nLayer() * options.architecture().hidden(options.nEmbd());
        double rest = t * (hidden + options.nEmbd() + vocabSize);
        return (long) (weights + rest); // the conversion saturates
    }
}
