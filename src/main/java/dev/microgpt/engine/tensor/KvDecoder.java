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
    private final Embeddings embeddings;
    private final @Nullable HeadInputs headInputs; // null if the attention reads what is computed
    private final int[] token = new int[1];
    private final int[] position = new int[1];
    private final float[] x; // (C')
    private final @Nullable Norm embeddingNorm;
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
        embeddings = new Embeddings(layout, kernels);
        headInputs = HeadInputs.differ(layout) ? new HeadInputs(layout) : null;
        x = new float[Layout.stride(layout.c)];
        VectorLayout vectors = layout.vectors;
        embeddingNorm = layout.architecture.embeddingNorm() ? rowNorm(vectors.embeddingNorm) : null;
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

    /// Returns a normalisation with room for one row.
    private Norm rowNorm(VectorLayout.Norm offsets) {
        Norm norm = new Norm(layout, kernels, offsets);
        norm.setRoom(1);
        return norm;
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

    private void embed(int tokenId) {
        token[0] = tokenId;
        position[0] = length;
        embeddings.forward(weights.array(), token, position, 0, 1, x, layout.c);
        if (embeddingNorm != null) {
            embeddingNorm.forward(weights.array(), 0, 1, x);
            System.arraycopy(embeddingNorm.y, 0, x, 0, layout.c);
        }
    }

    private void attend(int layer) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        Norm norm = attnNorms[layer];
        norm.forward(weights.array(), 0, 1, x);
        multiply(layout.c, layout.p, norm.y, layout.qkv(layer), vectors.qkv(), projected);
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
