package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One model: its parameters, the state of its optimiser, and the arithmetic on them.
///
/// Parameters come and go as one flat array in the order of [Matrix#of], each matrix row by row.
sealed interface Engine permits ScalarEngine, TensorEngine {

    /// @param params initial parameters, flat
    static Engine create(ModelOptions options, int vocabSize, double[] params) {
        return switch (options.engine()) {
            case SCALAR -> new ScalarEngine(options, vocabSize, params);
            case TENSOR -> new TensorEngine(options, vocabSize, params);
        };
    }

    /// The memory that a model and one training step on one document take, about.
    ///
    /// @param tokens of the longest document, with one BOS
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        return switch (options.engine()) {
            case SCALAR -> ScalarEngine.estimateBytes(options, vocabSize, tokens);
            case TENSOR -> TensorEngine.estimateBytes(options, vocabSize, tokens);
        };
    }

    /// @param checkpoint of a model with an engine of the same kind
    static Engine restore(Checkpoint checkpoint, int vocabSize) {
        Engine engine = create(checkpoint.options(), vocabSize, checkpoint.params());
        engine.setMoments(checkpoint.m(), checkpoint.v());
        return engine;
    }

    /// Replaces the state of the optimiser.
    ///
    /// @param m first moments, (numParams)
    /// @param v second moments, (numParams)
    void setMoments(double[] m, double[] v);

    /// A copy of the parameters and of the state of the optimiser.
    Weights weights();

    /// The same, for an engine of this kind and shape, from numbers.
    ///
    /// @param params (numParams)
    /// @param m (numParams)
    /// @param v (numParams)
    Weights weights(double[] params, double[] m, double[] v);

    /// An engine of its own with the weights of this one, or of another one of the same kind and shape.
    Engine with(Weights weights);

    /// Parameters and moments of the gradients as an engine keeps them. Never changes.
    sealed interface Weights permits ScalarEngine.ScalarWeights, TensorEngine.TensorWeights {

        /// The memory that it takes, about.
        long bytes();

        /// A copy of the parameters, (numParams).
        double[] params();

        /// A copy of the first moments of the gradients, (numParams).
        double[] m();

        /// A copy of the second moments of the gradients, (numParams).
        double[] v();
    }

    int numParams();

    /// Forward, loss, backward and Adam update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @param learningRate of this step
    /// @param observation takes what there is to see of the step; null where nobody looks
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws DivergedException if the loss or its gradient is not finite; there is no update then
    double trainStep(
            int[][] batch, long step, double learningRate, @Nullable Observation observation);

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

    ParamStats paramStats();

    /// A copy of all parameters, (numParams).
    double[] params();

    /// A copy of the first moments of the gradients, (numParams).
    double[] firstMoments();

    /// A copy of the second moments of the gradients, (numParams).
    double[] secondMoments();

    /// The gradient of a batch's loss with respect to every parameter, (numParams).
    ///
    /// @param batch as for a training step
    double[] gradients(int[][] batch);

    /// A copy of a row of wte, (C).
    double[] embedding(int tokenId);

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
