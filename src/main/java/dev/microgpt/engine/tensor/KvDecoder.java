package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

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
    private final RowInputs inputs;
    private final @Nullable HeadInputs headInputs; // null if the attention reads what is computed
    private final int[] position = new int[1];
    private final float[] x; // (C')
    private final Norm[] attnNorms; // (L)
    private final Norm[] mlpNorms; // (L)
    private final @Nullable Norm finalNorm;
    private final float[] projected; // (P)
    private final float[] qkv; // (3 A)
    private final float[] keys; // (L, T, A)
    private final float[] values; // (L, T, A)
    private final float[] o; // (A)
    private final HiddenLayer hidden;
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
        inputs = new RowInputs(weights, kernels);
        x = inputs.x;
        headInputs = HeadInputs.differ(layout) ? new HeadInputs(layout) : null;
        VectorLayout vectors = layout.vectors;
        attnNorms = new Norm[layout.layers];
        Arrays.setAll(attnNorms, i -> rowNorm(vectors.layers[i].attnNorm()));
        mlpNorms = new Norm[layout.layers];
        Arrays.setAll(mlpNorms, i -> rowNorm(vectors.layers[i].mlpNorm()));
        finalNorm = layout.architecture.finalNorm() ? rowNorm(vectors.finalNorm) : null;
        qkv = new float[3 * layout.a];
        projected = headInputs == null ? qkv : new float[layout.p];
        int cacheSize = Math.multiplyExact(layout.layers * layout.blockSize, layout.a);
        keys = new float[cacheSize];
        values = new float[cacheSize];
        o = new float[layout.a];
        hidden = new HiddenLayer(layout, kernels);
        hidden.setRoom(1);
        branch = new float[layout.c];
        logits = new float[layout.v];
        firstLogits = new float[layout.v];
        probs = new float[layout.v];
        attention = new AttentionBuffers(layout);
        scratch = new AttentionScratch(layout);
    }

    private Norm rowNorm(VectorLayout.Norm offsets) {
        return Norm.ofRow(layout, kernels, offsets);
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
        position[0] = length;
        inputs.embed(tokenId, length);
        for (int layer = 0; layer < layout.layers; layer++) {
            attend(layer);
            mlp(layer);
        }
        float[] result = x;
        if (finalNorm != null) {
            finalNorm.forward(weights.array(), 0, 1, x);
            result = finalNorm.y;
        }
        kernels.multiplyRow(
                layout.c, layout.v, result, weights.head(), weights.headOffset(), logits);
        if (length == 0) {
            System.arraycopy(logits, 0, firstLogits, 0, layout.v);
            firstToken = tokenId;
            firstVersion = weights.version();
        }
        length++;
    }

    private void attend(int layer) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        if (layer == 0) {
            inputs.project(projected);
        } else {
            Norm norm = attnNorms[layer];
            norm.forward(weights.array(), 0, 1, x);
            multiply(layout.c, layout.p, norm.y, layout.qkv(layer), vectors.qkv(), projected);
        }
        if (headInputs != null) {
            headInputs.forward(0, 1, position, projected, layout.p, qkv, 3 * layout.a);
        }
        int cache = layer * layout.blockSize * layout.a;
        int cacheRow = cache + length * layout.a;
        System.arraycopy(qkv, layout.a, keys, cacheRow, layout.a);
        System.arraycopy(qkv, 2 * layout.a, values, cacheRow, layout.a);
        kernels.attend(attention, scratch, length + 1, qkv, keys, values, cache, o);
        multiply(layout.a, layout.c, o, layout.wo(layer), vectors.wo(), branch);
        kernels.add(branch, 0, x, 0, layout.c);
    }

    private void mlp(int layer) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        int c = layout.c;
        int f = layout.f;
        Norm norm = mlpNorms[layer];
        norm.forward(weights.array(), 0, 1, x);
        multiply(c, f, norm.y, layout.fc1(layer), vectors.fc1(), hidden.product);
        if (layout.architecture.isGated()) {
            multiply(c, f, norm.y, layout.gate(layer), vectors.gate(), hidden.gate);
        }
        hidden.forward(0, 1);
        multiply(f, c, hidden.active, layout.fc2(layer), vectors.fc2(), branch);
        kernels.add(branch, 0, x, 0, c);
    }

    /// @param weight,bias offsets
    private void multiply(int in, int out, float[] from, int weight, int bias, float[] to) {
        kernels.multiplyRow(in, out, from, weights.array(), weight, to);
        if (bias != VectorLayout.NONE) {
            kernels.add(weights.array(), bias, to, 0, out);
        }
    }

    /// Returns the number of tokens read since the last [#reset()].
    int length() {
        return length;
    }

    /// Copies the keys and values of a token that has been read.
    ///
    /// @param keyTarget,valueTarget receive them from an offset on, (A, copies)
    /// @param copies how many times each number is wanted
    void copyCached(
            int layer, int t, float[] keyTarget, float[] valueTarget, int offset, int copies) {
        int first = (layer * layout.blockSize + t) * layout.a;
        for (int i = 0; i < layout.a; i++) {
            int to = offset + i * copies;
            Arrays.fill(keyTarget, to, to + copies, keys[first + i]);
            Arrays.fill(valueTarget, to, to + copies, values[first + i]);
        }
    }

    /// Returns whether the logits of the next token are small enough to compute their probabilities in single
    /// precision. False if a logit is not finite.
    public boolean isModerate() {
        return kernels.haveFiniteSquares(logits, 0, layout.v);
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
