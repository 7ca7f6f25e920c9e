package dev.microgpt.engine;

import dev.microgpt.engine.tensor.BatchDecoder;

import org.jspecify.annotations.Nullable;

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

    /// Starts reading many sequences at a time.
    ///
    /// @param begun a decoder of this predictor that has read the tokens with which all sequences begin
    /// @param former a decoder to reuse if it is one of this predictor; null for none
    /// @return null if sequences are read one by one only
    @Nullable BatchDecoder newBatch(Decoder begun, @Nullable BatchDecoder former);

    /// Returns the cross-entropy of each token of a sequence after the first, given the tokens before it.
    ///
    /// @param tokens at least two; those after the first blockSize + 1 are ignored
    /// @return in nats, (min(blockSize, tokens - 1))
    double[] losses(int[] tokens);

    /// Returns what computes the cross-entropies of many sequences.
    BatchLosses batchLosses();

    /// Returns the traces of a forward pass over a sequence, without the probabilities.
    ///
    /// @param tokens at most blockSize
    List<Trace> traces(int[] tokens);

    /// Returns a copy of a row of wte, (C).
    double[] embedding(int tokenId);

    /// Estimates the memory of the parameters and of the buffers for the longest sequence, in bytes.
    long estimateBytes();

    /// Computes the cross-entropies of sequences with the predictor's current parameters, each as [#losses] does.
    interface BatchLosses {

        /// Returns how many positions of sequences should be computed at a time; 1 for one sequence, which is computed in
        /// the buffers of the predictor.
        default int positions() {
            return 1;
        }

        /// @param sequences token ids, see [#losses]
        /// @return in nats, for each sequence
        double[][] losses(int[][] sequences);
    }

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
