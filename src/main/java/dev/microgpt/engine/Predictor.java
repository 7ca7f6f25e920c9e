package dev.microgpt.engine;

import java.util.List;

/// Evaluates a model on sequences. It needs no more than the parameters and some working buffers, neither
/// gradients nor an optimiser.
///
/// The predictor of an engine uses the engine's current parameters; that of an [Engine.State] uses
/// parameters that never change.
sealed interface Predictor permits ScalarModel, TensorPredictor {

    /// Estimates the memory of the parameters and of the buffers for the longest sequence.
    ///
    /// @return bytes, at most `Long.MAX_VALUE`
    static long estimateBytes(EngineKind engine, ModelShape shape) {
        return switch (engine) {
            case SCALAR -> new ScalarMemoryEstimate(shape).predictorBytes();
            case TENSOR -> TensorPredictor.estimateBytes(shape);
        };
    }

    /// Starts reading a sequence. The decoder is valid until the next training step, or until the next
    /// call of this method.
    ///
    /// @param traced whether [Decoder#traces()] will be called
    Decoder newDecoder(boolean traced);

    /// Returns the cross-entropy of each token of a sequence after the first, given the tokens before it.
    ///
    /// @param tokens at least two; those after the first blockSize + 1 are ignored
    /// @return in nats, (min(blockSize, tokens - 1))
    double[] losses(int[] tokens);

    /// Returns the traces of a forward pass over a sequence, without the probabilities.
    ///
    /// @param tokens at most blockSize
    List<Trace> traces(int[] tokens);

    /// Returns a copy of a row of wte, (C).
    double[] embedding(int tokenId);

    /// Estimates the memory of the parameters and of the buffers for the longest sequence, in bytes.
    long estimateBytes();

    /// Reads a sequence token by token, and caches the keys and values of the tokens read so far.
    interface Decoder {

        /// Reads one more token. At most blockSize tokens may be read.
        void next(int tokenId);

        /// Computes the probabilities of the next token.
        ///
        /// @param temperature divides the logits; 0 gives the most likely token the probability 1
        /// @param probs receives the probabilities, (V)
        /// @throws DivergedException if a logit is not finite
        void probabilities(double temperature, double[] probs);

        /// Returns the traces of all positions read so far.
        List<Trace> traces();
    }
}
