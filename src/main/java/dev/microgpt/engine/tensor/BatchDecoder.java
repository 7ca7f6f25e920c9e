package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Reads many sequences at a time, a token of each in a step. They begin with the same tokens, which a [KvDecoder] has
/// read, and each can start again from there at any step. The logits are, to the bit, those of the `KvDecoder`.
/// Not thread-safe.
public final class BatchDecoder {

    /// S, the number of sequences.
    public static final int SEQUENCES = ColumnKernels.COLUMNS;

    private static final int S = SEQUENCES;

    /// The buffers of larger models would not fit into the caches of a processor.
    private static final double MAX_FLOATS = 1 << 22;

    /// With more parameters, a step would take several milliseconds.
    private static final double MAX_PARAMETERS = 1 << 20;

    private final Weights weights;
    private final Layout layout;
    private final Kernels kernels;
    private final ColumnKernels columns;
    private final InputTable inputs;
    private final ColumnNorm[] attnNorms; // (L)
    private final ColumnNorm[] mlpNorms; // (L)
    private final @Nullable ColumnNorm finalNorm;
    private final AttentionBuffers attention;
    private final @Nullable ColumnCache cache; // null if the attention is computed row by row
    private final @Nullable RowAttention rowAttention;
    private final float[] x; // (C', S)
    private final float[] normalized; // (C', S)
    private final float[] qkv; // (P, S)
    private final float[] o; // (A, S)
    private final HiddenLayer hidden; // (F', S)
    private final float[] branch; // (C', S)
    private final float[] logits; // (V', S), and then the probabilities
    private final int[] positions = new int[S];
    private int common; // tokens that all sequences begin with
    private long version; // of the weights

    private BatchDecoder(Weights weights, Kernels kernels, ColumnKernels columns) {
        this.weights = weights;
        this.kernels = kernels;
        this.columns = columns;
        layout = weights.layout();
        attention = new AttentionBuffers(layout);
        boolean byColumns = !HeadInputs.differ(layout) && columns.canAttend(attention);
        cache = byColumns ? new ColumnCache(layout) : null;
        rowAttention = byColumns ? null : new RowAttention(layout, kernels, columns);
        inputs = new InputTable(weights, kernels, byColumns);
        VectorLayout vectors = layout.vectors;
        attnNorms = new ColumnNorm[layout.layers];
        Arrays.setAll(attnNorms, i -> norm(vectors.layers[i].attnNorm()));
        mlpNorms = new ColumnNorm[layout.layers];
        Arrays.setAll(mlpNorms, i -> norm(vectors.layers[i].mlpNorm()));
        finalNorm = layout.architecture.finalNorm() ? norm(vectors.finalNorm) : null;
        x = new float[layout.c * S];
        normalized = new float[layout.c * S];
        qkv = new float[layout.p * S];
        o = new float[layout.a * S];
        hidden = new HiddenLayer(layout, kernels);
        hidden.setRoom(S);
        branch = new float[layout.c * S];
        logits = new float[layout.v * S];
    }

    private ColumnNorm norm(VectorLayout.Norm offsets) {
        return new ColumnNorm(layout, columns, offsets);
    }

    /// Creates a decoder.
    ///
    /// @return null if the buffers would be large, or without SIMD kernels
    public static @Nullable BatchDecoder create(Weights weights) {
        return create(weights, KernelProvider.kernels());
    }

    static @Nullable BatchDecoder create(Weights weights, Kernels kernels) {
        Layout layout = weights.layout();
        ColumnKernels columns = kernels.columns();
        double floats =
                floats(
                        layout.layers,
                        layout.blockSize,
                        layout.a,
                        layout.c,
                        layout.p,
                        layout.f,
                        layout.v);
        return columns == null || !isSmall(floats, layout.size)
                ? null
                : new BatchDecoder(weights, kernels, columns);
    }

    /// Returns whether a decoder of a model is small enough.
    ///
    /// @param floats see [#floats]
    /// @param params the length of the array of all parameters
    static boolean isSmall(double floats, double params) {
        return floats <= MAX_FLOATS && params <= MAX_PARAMETERS;
    }

    /// Returns an upper bound for the number of floats of the buffers, without the table of the inputs. The arguments are
    /// those of a [Layout].
    static double floats(
            double layers, double blockSize, double a, double c, double p, double f, double v) {
        double cache = 2 * layers * blockSize * a;
        double widths = 4 * c + 2 * p + 5 * a + 4 * (f + Layout.PAD) + v;
        return S * (cache + widths);
    }

    /// Starts all sequences.
    ///
    /// @param decoder a decoder of the same weights, which has read the common tokens
    public void begin(KvDecoder decoder) {
        common = decoder.length();
        if (weights.version() != version) {
            inputs.clear();
            version = weights.version();
        }
        if (cache != null) {
            cache.begin(decoder);
        }
        if (rowAttention != null) {
            rowAttention.begin(decoder);
        }
    }

    /// Returns about how many numbers are multiplied in a step.
    public long products() {
        return (long) S * layout.size;
    }

    /// Returns whether this is a decoder of a model.
    public boolean isOf(Weights other) {
        return weights == other;
    }

    /// Returns whether the parameters are those that the sequences have been read with.
    public boolean isCurrent() {
        return weights.version() == version;
    }

    /// Reads a token of each sequence.
    ///
    /// @param tokens token ids, (S)
    /// @param lengths how many tokens each sequence has with this one, the common ones not counted: 1 starts again, more
    ///     continues, (S)
    public void next(int[] tokens, int[] lengths) {
        for (int s = 0; s < S; s++) {
            positions[s] = common + lengths[s] - 1;
            inputs.stage(s, tokens[s], positions[s]);
        }
        columns.toColumns(inputs.staged, inputs.stride, 0, layout.c, x, 0);
        if (cache != null) {
            cache.advance();
        }
        for (int layer = 0; layer < layout.layers; layer++) {
            attend(layer, lengths);
            mlp(layer);
        }
        float[] result = x;
        if (finalNorm != null) {
            finalNorm.forward(weights.array(), x, normalized);
            result = normalized;
        }
        columns.multiply(layout.c, layout.v, result, weights.head(), weights.headOffset(), logits);
    }

    private void attend(int layer, int[] lengths) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        if (layer > 0 || !inputs.hasProjections()) {
            attnNorms[layer].forward(weights.array(), x, normalized);
            multiply(layout.c, layout.p, normalized, layout.qkv(layer), vectors.qkv(), qkv);
        }
        if (rowAttention != null) {
            rowAttention.attend(layer, positions, qkv, o);
        } else if (cache != null) {
            cacheKeys(cache, layer);
            columns.attend(attention, cache, layer, lengths, qkv, o);
        }
        multiply(layout.a, layout.c, o, layout.wo(layer), vectors.wo(), branch);
        kernels.add(branch, 0, x, 0, layout.c * S);
    }

    private void cacheKeys(ColumnCache target, int layer) {
        int a = layout.a;
        int to = target.newestOffset(layer);
        if (layer == 0 && inputs.hasProjections()) {
            int q = layout.c;
            columns.toColumns(inputs.staged, inputs.stride, q, q + a, qkv, 0);
            columns.toColumns(inputs.staged, inputs.stride, q + a, q + 2 * a, target.keys, to);
            columns.toColumns(
                    inputs.staged, inputs.stride, q + 2 * a, q + 3 * a, target.values, to);
        } else {
            System.arraycopy(qkv, a * S, target.keys, to, a * S);
            System.arraycopy(qkv, 2 * a * S, target.values, to, a * S);
        }
    }

    private void mlp(int layer) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        int c = layout.c;
        int f = layout.f;
        mlpNorms[layer].forward(weights.array(), x, normalized);
        multiply(c, f, normalized, layout.fc1(layer), vectors.fc1(), hidden.product);
        if (layout.architecture.isGated()) {
            multiply(c, f, normalized, layout.gate(layer), vectors.gate(), hidden.gate);
        }
        hidden.forward(0, S); // element by element, whatever the order
        multiply(f, c, hidden.active, layout.fc2(layer), vectors.fc2(), branch);
        kernels.add(branch, 0, x, 0, c * S);
    }

    /// @param weight,bias offsets
    private void multiply(int in, int out, float[] from, int weight, int bias, float[] to) {
        columns.multiply(in, out, from, weights.array(), weight, to);
        if (bias != VectorLayout.NONE) {
            for (int row = 0; row < out; row++) {
                float shift = weights.array()[bias + row];
                for (int i = row * S; i < (row + 1) * S; i++) {
                    to[i] += shift;
                }
            }
        }
    }

    /// Computes the probabilities of the next tokens, in place of the logits.
    ///
    /// @param scale factor of the logits, the inverse temperature; finite
    /// @return false if a logit is not finite or too large for single precision: then there are no probabilities
    public boolean probabilities(float scale) {
        return columns.softmax(layout.vocab, logits, scale);
    }

    /// Draws the next token of each sequence.
    ///
    /// @param uniform numbers in [0, 1), (S)
    /// @param cumulates whether to draw as `PythonRandom` does, or as `SeededRandom`
    /// @param chosen receives the token ids, (S)
    public void choose(double[] uniform, boolean cumulates, int[] chosen) {
        columns.choose(layout.vocab, logits, uniform, cumulates, chosen);
    }

    /// Copies the probabilities of the next token of one sequence.
    ///
    /// @param probs receives them, (V)
    public void probabilitiesOf(int sequence, double[] probs) {
        for (int token = 0; token < probs.length; token++) {
            probs[token] = logits[token * S + sequence];
        }
    }
}
