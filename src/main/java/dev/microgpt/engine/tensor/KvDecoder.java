package dev.microgpt.engine.tensor;

import java.util.Arrays;
import java.util.Locale;

/// Reads sequences token by token, and caches the keys and values of the tokens read so far. Each token is
/// computed with the current parameters. Not thread-safe.
///
/// All sequences begin with the same token, BOS, so its logits are computed once per version of the
/// parameters.
public final class KvDecoder {

    private final Weights weights;
    private final Layout layout;
    private final Kernels kernels;
    private final float[] x; // (C')
    private final float[] norm; // (C')
    private final float[] scale = new float[1];
    private final float[] qkv; // (3 A)
    private final float[] keys; // (L, T, A)
    private final float[] values; // (L, T, A)
    private final float[] o; // (A)
    private final float[] hidden; // (F')
    private final float[] branch; // (C'), the output of a block that is added to x
    private final float[] logits; // (V')
    private final float[] probs; // (V')
    private final AttentionBuffers attention;
    private final AttentionScratch scratch;
    private int length; // tokens read so far

    // The cached result of the first token of a sequence.
    private int firstToken = -1;
    private long firstVersion; // of the weights
    private final float[] firstLogits; // (V')

    public KvDecoder(Weights weights) {
        this(weights, KernelProvider.kernels());
    }

    KvDecoder(Weights weights, Kernels kernels) {
        this.weights = weights;
        this.kernels = kernels;
        layout = weights.layout();
        x = new float[layout.c];
        norm = new float[layout.c];
        qkv = new float[3 * layout.a];
        int cacheSize = Math.multiplyExact(layout.layers * layout.blockSize, layout.a);
        keys = new float[cacheSize];
        values = new float[cacheSize];
        o = new float[layout.a];
        hidden = new float[layout.f];
        branch = new float[layout.c];
        logits = new float[layout.v];
        firstLogits = new float[layout.v];
        probs = new float[layout.v];
        attention = new AttentionBuffers(layout);
        scratch = new AttentionScratch(layout);
    }

    /// Starts a new sequence.
    public void reset() {
        length = 0;
    }

    /// Reads one more token.
    ///
    /// @throws IllegalStateException if blockSize tokens have been read since the last [#reset()]
    public void next(int tokenId) {
        if (length == layout.blockSize) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "at most blockSize (%d) tokens can be read",
                            layout.blockSize));
        }
        if (length == 0 && tokenId == firstToken && weights.version() == firstVersion) {
            System.arraycopy(firstLogits, 0, logits, 0, layout.v);
            length = 1;
            return;
        }
        embed(tokenId);
        for (int layer = 0; layer < layout.layers; layer++) {
            attend(layer);
            norm();
            multiply(layout.c, layout.f, norm, layout.fc1(layer), hidden);
            kernels.relu(hidden, 0, layout.f);
            multiply(layout.f, layout.c, hidden, layout.fc2(layer), branch);
            kernels.add(branch, 0, x, 0, layout.c);
        }
        multiply(layout.c, layout.v, x, layout.lmHead, logits);
        if (length == 0) {
            System.arraycopy(logits, 0, firstLogits, 0, layout.v);
            firstToken = tokenId;
            firstVersion = weights.version();
        }
        length++;
    }

    private void embed(int tokenId) {
        float[] params = weights.array();
        System.arraycopy(params, layout.wte + tokenId * layout.c, x, 0, layout.c);
        kernels.add(params, layout.wpe + length * layout.c, x, 0, layout.c);
        norm();
        System.arraycopy(norm, 0, x, 0, layout.c);
    }

    private void norm() {
        kernels.rmsNorm(0, 1, layout.width, layout.c, x, norm, layout.c, scale);
    }

    private void attend(int layer) {
        norm();
        multiply(layout.c, 3 * layout.a, norm, layout.qkv(layer), qkv);
        int cache = layer * layout.blockSize * layout.a;
        int cacheRow = cache + length * layout.a;
        System.arraycopy(qkv, layout.a, keys, cacheRow, layout.a);
        System.arraycopy(qkv, 2 * layout.a, values, cacheRow, layout.a);
        kernels.attend(attention, scratch, length + 1, qkv, keys, values, cache, o);
        multiply(layout.a, layout.c, o, layout.wo(layer), branch);
        kernels.add(branch, 0, x, 0, layout.c);
    }

    private void multiply(int in, int out, float[] from, int weight, float[] to) {
        kernels.multiplyRow(in, out, from, weights.array(), weight, to);
    }

    /// Returns whether the logits of the next token are small enough to compute their probabilities in single
    /// precision. False if a logit is not finite.
    public boolean isModerate() {
        return kernels.haveFiniteSquares(logits, layout.v);
    }

    /// Returns the logits of the next token, (V).
    public double[] logits() {
        double[] result = new double[layout.vocab];
        Arrays.setAll(result, i -> logits[i]);
        return result;
    }

    /// Computes the probabilities of the next token.
    ///
    /// @param temperature divides the logits; above 0
    /// @param result receives the probabilities, (V)
    public void probabilities(double temperature, double[] result) {
        System.arraycopy(logits, 0, probs, 0, layout.v);
        kernels.softmax(layout.vocab, layout.v, probs, (float) (1 / temperature));
        for (int i = 0; i < layout.vocab; i++) {
            result[i] = probs[i];
        }
    }
}
