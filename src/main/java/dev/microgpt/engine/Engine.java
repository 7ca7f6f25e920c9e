package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One model: its parameters, the state of its optimiser, and the arithmetic on them.
///
/// Parameters come and go as one flat array in the order wte (V, C), wpe (T, C), lm_head (V, C), then
/// for each layer attn_wq, attn_wk, attn_wv, attn_wo (C, C), mlp_fc1 (4 C, C), mlp_fc2 (C, 4 C), each
/// matrix row by row.
sealed interface Engine permits ScalarEngine {

    /// @param params initial parameters, flat
    static Engine create(ModelOptions options, int vocabSize, double[] params) {
        return switch (options.engine()) {
            case SCALAR -> new ScalarEngine(options, vocabSize, params);
        };
    }

    /// The memory that a model and one training step on one document take, about.
    ///
    /// @param tokens of the longest document, with one BOS
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        return switch (options.engine()) {
            case SCALAR -> ScalarEngine.estimateBytes(options, vocabSize, tokens);
        };
    }

    int numParams();

    /// Forward, loss, backward and Adam update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @param learningRate of this step
    /// @param traces takes the traces of the last document; null where they are not wanted
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws DivergedException if the loss or its gradient is not finite; there is no update then
    double trainStep(int[][] batch, long step, double learningRate, @Nullable List<Trace> traces);

    /// Starts reading a sequence. The decoder is valid until the next training step.
    Decoder newDecoder();

    ParamStats paramStats();

    /// A copy of a row of wte, (C).
    double[] embedding(int tokenId);

    /// Reads a sequence token by token and remembers keys and values of what it has read.
    interface Decoder {

        /// @param tokenId the next token; at most blockSize may be read
        /// @param traces takes the trace of this position; null where it is not wanted
        /// @return the logits of the token after it, (V)
        double[] next(int tokenId, @Nullable List<Trace> traces);
    }
}
