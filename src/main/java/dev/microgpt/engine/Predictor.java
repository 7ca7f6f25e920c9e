package dev.microgpt.engine;

import java.util.List;

/// Parameters that can be asked: it reads sequences, and needs no more than the parameters and some
/// buffers. Those of an engine give the answers of the moment, those of a [Engine.State] always the same.
sealed interface Predictor permits ScalarModel, TensorPredictor {

    /// The memory of the parameters and of the buffers for the longest sequence, about.
    ///
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    static long estimateBytes(EngineKind engine, ModelShape shape) {
        return switch (engine) {
            case SCALAR -> new ScalarMemoryEstimate(shape).ofReader();
            case TENSOR -> TensorPredictor.estimateBytes(shape);
        };
    }

    /// Starts reading a sequence. The decoder is valid until the next training step, or the next
    /// decoder.
    ///
    /// @param traced whether [Decoder#traces()] will be asked for
    Decoder newDecoder(boolean traced);

    /// The cross-entropy of each token of a sequence after the first, given those before it.
    ///
    /// @param tokens at least two; those after the first blockSize + 1 are left out
    /// @return in nats, (min(blockSize, tokens - 1))
    double[] losses(int[] tokens);

    /// A copy of a row of wte, (C).
    double[] embedding(int tokenId);

    /// The memory of the parameters and of the buffers for the longest sequence, about.
    long estimateBytes();

    /// Reads a sequence token by token and remembers keys and values of what it has read.
    interface Decoder {

        /// Reads one more token; at most blockSize may be read.
        void next(int tokenId);

        /// The probabilities of the token after it.
        ///
        /// @param temperature divides the logits; 0 gives the most likely token the probability 1
        /// @param probs takes them, (V)
        /// @throws DivergedException if a logit is not finite
        void probabilities(double temperature, double[] probs);

        /// The traces of all positions read so far.
        List<Trace> traces();
    }
}
