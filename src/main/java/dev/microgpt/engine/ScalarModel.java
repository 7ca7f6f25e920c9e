package dev.microgpt.engine;

import static dev.microgpt.engine.scalar.Functions.dot;
import static dev.microgpt.engine.scalar.Functions.gelu;
import static dev.microgpt.engine.scalar.Functions.layernorm;
import static dev.microgpt.engine.scalar.Functions.linear;
import static dev.microgpt.engine.scalar.Functions.relu2;
import static dev.microgpt.engine.scalar.Functions.rmsnorm;
import static dev.microgpt.engine.scalar.Functions.rotate;
import static dev.microgpt.engine.scalar.Functions.silu;
import static dev.microgpt.engine.scalar.Functions.softmax;
import static dev.microgpt.engine.scalar.Functions.sum;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.architecture.Wavelengths;
import dev.microgpt.engine.scalar.Value;
import dev.microgpt.engine.tensor.BatchDecoder;
import dev.microgpt.engine.training.Dropout;
import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The reference model: parameters and forward pass of microgpt.py, number by number on [Value]s.
///
/// It performs the operations of microgptjs in the same order, so that results agree to the last
/// bits, and takes its transcendental functions from `StrictMath`, so that they are the same on
/// every machine. Every faster implementation is tested against it.
///
/// Other architectures differ in the places that [Norm], [#withPosition], [#readByHeads], [#activated] and the nullable
/// biases show; everything else is microgpt.
final class ScalarModel implements Predictor {

    private final ModelShape shape;
    private final Architecture architecture;
    private final Value[][] wte; // (V, C)
    private final Value @Nullable [][] wpe; // (T, C); null unless positions are learned
    private final Value[][] lmHead; // (V, C); wte if tied
    private final @Nullable Norm embeddingNorm;
    private final List<Layer> layers = new ArrayList<>(); // (L)
    private final @Nullable Norm finalNorm;

    private final Value[] params; // (numParams), all of the above in this order

    private record Layer(
            Norm attnNorm,
            Linear attnWq, // (C, C)
            Linear attnWk, // (C, C)
            Linear attnWv, // (C, C)
            Linear attnWo, // (C, C)
            Norm mlpNorm,
            @Nullable Linear mlpGate, // (F, C)
            Linear mlpFc1, // (4 C, C)
            Linear mlpFc2) {} // (C, 4 C)

    /// A linear layer.
    ///
    /// @param w (out, in)
    /// @param bias (out); null for none, as in microgpt
    private record Linear(Value[][] w, Value @Nullable [] bias) {

        Value[] of(Value[] x) {
            Value[] y = linear(x, w);
            return bias == null ? y : plus(y, bias);
        }
    }

    /// A normalisation.
    ///
    /// @param gain (C); null for none, as in microgpt
    /// @param bias (C); null for none, as in microgpt
    private record Norm(NormKind kind, Value @Nullable [] gain, Value @Nullable [] bias) {

        Value[] of(Value[] x) {
            Value[] y = kind == NormKind.RMSNORM ? rmsnorm(x) : layernorm(x);
            if (gain != null) {
                Arrays.setAll(y, i -> y[i].mul(gain[i]));
            }
            return bias == null ? y : plus(y, bias);
        }
    }

    ScalarModel(ModelShape shape, double[] initialParams) {
        this.shape = shape;
        architecture = shape.architecture();
        params = new Value[initialParams.length];
        Arrays.setAll(params, i -> new Value(initialParams[i]));

        Parameters named = Parameters.of(shape, params);
        wte = named.matrix("wte");
        wpe = named.find("wpe");
        lmHead = architecture.tied() ? wte : named.matrix("lm_head");
        embeddingNorm =
                architecture.embeddingNorm() ? named.norm("embedding_norm", architecture) : null;
        for (int i = 0; i < shape.nLayer(); i++) {
            String layer = "layer" + i + ".";
            layers.add(
                    new Layer(
                            named.norm(layer + "attn_norm", architecture),
                            named.linear(layer + "attn_wq"),
                            named.linear(layer + "attn_wk"),
                            named.linear(layer + "attn_wv"),
                            named.linear(layer + "attn_wo"),
                            named.norm(layer + "mlp_norm", architecture),
                            architecture.isGated() ? named.linear(layer + "mlp_gate") : null,
                            named.linear(layer + "mlp_fc1"),
                            named.linear(layer + "mlp_fc2")));
        }
        finalNorm = architecture.finalNorm() ? named.norm("final_norm", architecture) : null;
    }

    ModelShape shape() {
        return shape;
    }

    /// Returns the parameters themselves, not copies, (numParams).
    Value[] params() {
        return params;
    }

    /// The flat parameters, cut into matrices by name.
    private record Parameters(Map<String, Value[][]> matrices) {

        static Parameters of(ModelShape shape, Value[] params) {
            Map<String, Value[][]> matrices = new HashMap<>();
            for (Matrix matrix : Matrix.of(shape)) {
                Value[][] rows = new Value[matrix.rows()][];
                for (int row = 0; row < rows.length; row++) {
                    int start = matrix.offset() + row * matrix.columns();
                    rows[row] = Arrays.copyOfRange(params, start, start + matrix.columns());
                }
                matrices.put(matrix.name(), rows);
            }
            return new Parameters(matrices);
        }

        Value @Nullable [][] find(String name) {
            return matrices.get(name);
        }

        Value[][] matrix(String name) {
            return Objects.requireNonNull(find(name), name);
        }

        private Value @Nullable [] vector(String name) {
            Value[][] matrix = find(name);
            return matrix == null ? null : matrix[0];
        }

        Linear linear(String name) {
            return new Linear(matrix(name), vector(name + "_bias"));
        }

        Norm norm(String name, Architecture architecture) {
            return new Norm(architecture.norm(), vector(name + "_gain"), vector(name + "_bias"));
        }
    }

    /// Keys and values of the positions read so far, per layer. Their width is C unless heads share them.
    private final class Cache {

        final Value[][][] keys = new Value[shape.nLayer()][shape.blockSize()][]; // (L, T, C)
        final Value[][][] values = new Value[shape.nLayer()][shape.blockSize()][]; // (L, T, C)

        /// Replaces the keys and values of a position by leaves, so that their graph can be freed.
        void detach(int position) {
            for (int layer = 0; layer < keys.length; layer++) {
                keys[layer][position] = detached(keys[layer][position]);
                values[layer][position] = detached(values[layer][position]);
            }
        }

        private static Value[] detached(Value[] x) {
            Value[] leaves = new Value[x.length];
            Arrays.setAll(leaves, i -> new Value(x[i].data()));
            return leaves;
        }
    }

    /// The model: maps a token, its position and the cached positions before it to logits for the next
    /// token, (V).
    private Value[] gpt(int tokenId, int position, Cache cache, ForwardObserver observer) {
        return gpt(tokenId, position, cache, observer, Dropped.NOTHING);
    }

    private Value[] gpt(
            int tokenId, int position, Cache cache, ForwardObserver observer, Dropped dropped) {
        Value[] embedded = withPosition(wte[tokenId], position);
        observer.observe(Activation.EMBEDDED, 0, embedded);
        Value[] x = dropped.of(embedded, 0);
        if (embeddingNorm != null) {
            x = embeddingNorm.of(x);
        }
        observer.observe(Activation.EMBEDDING, 0, x);
        for (int layer = 0; layer < layers.size(); layer++) {
            x = attention(x, layer, position, cache, observer, dropped);
            x = mlp(x, layer, observer, dropped);
        }
        if (finalNorm != null) {
            x = finalNorm.of(x);
            observer.observe(Activation.FINAL_NORM, 0, x);
        }
        Value[] logits = linear(x, lmHead);
        observer.observe(Activation.LOGITS, 0, logits);
        return logits;
    }

    /// Adds the embedding of the position to that of a token, if positions have embeddings.
    private Value[] withPosition(Value[] token, int position) {
        if (wpe != null) {
            return plus(token, wpe[position]);
        }
        if (architecture.position() != PositionKind.SINUSOIDAL) {
            return token;
        }
        Value[] result = new Value[token.length];
        Arrays.setAll(result, i -> token[i].add(Wavelengths.sinusoid(position, i, token.length)));
        return result;
    }

    private Value[] attention(
            Value[] x,
            int li,
            int position,
            Cache cache,
            ForwardObserver observer,
            Dropped dropped) {
        Layer layer = layers.get(li);
        Value[] normed = layer.attnNorm.of(x);
        observer.observe(Activation.ATTN_NORM, li, normed);
        Value[] q = layer.attnWq.of(normed);
        Value[] k = layer.attnWk.of(normed);
        cache.values[li][position] = layer.attnWv.of(normed);
        observer.observe(Activation.ATTN_Q, li, q);
        observer.observe(Activation.ATTN_K, li, k);
        observer.observe(Activation.ATTN_V, li, cache.values[li][position]);
        Value[] query = readByHeads(q, position);
        cache.keys[li][position] = readByHeads(k, position);
        if (architecture.transformsQueriesAndKeys()) {
            observer.observe(Activation.ATTN_Q_READ, li, query);
            observer.observe(Activation.ATTN_K_READ, li, cache.keys[li][position]);
        }
        Value[] attended = new Value[shape.nEmbd()];
        for (int head = 0; head < shape.nHead(); head++) {
            Value[] logits = attentionLogits(query, cache.keys[li], position, head);
            observer.observe(Activation.ATTN_LOGITS, li, head, logits);
            Value[] weights = softmax(logits);
            observer.observe(Activation.ATTN_WEIGHTS, li, head, weights);
            attend(weights, cache.values[li], head, attended);
        }
        observer.observe(Activation.ATTN_OUT, li, attended);
        Value[] projected = layer.attnWo.of(attended);
        observer.observe(Activation.ATTN_PROJ, li, projected);
        Value[] result = plus(dropped.of(projected, Dropout.ofAttention(li)), x);
        observer.observe(Activation.ATTN_RESIDUAL, li, result);
        return result;
    }

    /// Returns the queries or the keys of a position as the heads read them: as they are in microgpt, otherwise
    /// normalised, rotated, or both.
    ///
    /// @param x all heads side by side
    private Value[] readByHeads(Value[] x, int position) {
        if (!architecture.transformsQueriesAndKeys()) {
            return x;
        }
        boolean isRotary = architecture.position() == PositionKind.ROPE;
        Value[] result = x.clone();
        int headDim = shape.headDim();
        for (int start = 0; start < x.length; start += headDim) {
            if (architecture.qkNorm()) {
                Value[] normed = rmsnorm(Arrays.copyOfRange(x, start, start + headDim));
                System.arraycopy(normed, 0, result, start, headDim);
            }
            for (int i = 0; isRotary && i < headDim; i += 2) {
                rotate(result, start + i, Wavelengths.angle(position, i / 2, headDim));
            }
        }
        return result;
    }

    /// Returns the index of the first key, and of the first value, that a head reads: of its own ones in microgpt.
    private int firstKey(int head) {
        int sharing = shape.nHead() / architecture.kvHeads(shape.nHead());
        return head / sharing * shape.headDim();
    }

    /// Returns one head's scores of a position's query with the key of each position so far: q k / sqrt(D),
    /// (position + 1).
    private Value[] attentionLogits(Value[] q, Value[][] keys, int position, int head) {
        int headDim = shape.headDim();
        double slope = architecture.slope(head, shape.nHead());
        Value[] logits = new Value[position + 1];
        for (int t = 0; t <= position; t++) {
            logits[t] =
                    dot(q, head * headDim, keys[t], firstKey(head), headDim)
                            .div(Math.sqrt(headDim));
            if (slope != 0) { // ALiBi
                logits[t] = logits[t].add(slope * (t - position));
            }
        }
        return logits;
    }

    /// Writes a head's part of `attended`, (C).
    ///
    /// @param weights the head's attention weights of each position so far, (position + 1)
    private void attend(Value[] weights, Value[][] values, int head, Value[] attended) {
        for (int j = 0; j < shape.headDim(); j++) {
            Value[] weighted = new Value[weights.length];
            for (int t = 0; t < weights.length; t++) {
                weighted[t] = weights[t].mul(values[t][firstKey(head) + j]);
            }
            attended[head * shape.headDim() + j] = sum(weighted);
        }
    }

    private Value[] mlp(Value[] x, int li, ForwardObserver observer, Dropped dropped) {
        Layer layer = layers.get(li);
        Value[] normed = layer.mlpNorm.of(x);
        observer.observe(Activation.MLP_NORM, li, normed);
        Value[] hidden = layer.mlpFc1.of(normed);
        observer.observe(Activation.MLP_HIDDEN, li, hidden);
        Value[] gate = layer.mlpGate == null ? hidden : layer.mlpGate.of(normed);
        if (layer.mlpGate != null) {
            observer.observe(Activation.MLP_GATE, li, gate);
        }
        Value[] active = activated(hidden, gate);
        observer.observe(Activation.MLP_ACTIVE, li, active);
        Value[] projected = layer.mlpFc2.of(active);
        observer.observe(Activation.MLP_PROJ, li, projected);
        Value[] result = plus(dropped.of(projected, Dropout.ofMlp(li)), x);
        observer.observe(Activation.MLP_RESIDUAL, li, result);
        return result;
    }

    private Value[] activated(Value[] hidden, Value[] gate) {
        Value[] result = new Value[hidden.length];
        Arrays.setAll(
                result,
                i ->
                        switch (architecture.activation()) {
                            case RELU -> hidden[i].relu();
                            case GELU -> gelu(hidden[i]);
                            case SILU -> silu(hidden[i]);
                            case SWIGLU -> silu(gate[i]).mul(hidden[i]);
                            case RELU2 -> relu2(hidden[i]);
                        });
        return result;
    }

    private static Value[] plus(Value[] a, Value[] b) {
        Value[] result = new Value[a.length];
        Arrays.setAll(result, i -> a[i].add(b[i]));
        return result;
    }

    static double[] data(Value[] x) {
        double[] result = new double[x.length];
        Arrays.setAll(result, i -> x[i].data());
        return result;
    }

    /// Numbers of one position that a training step drops.
    private interface Dropped {

        Dropped NOTHING = (x, _) -> x;

        /// Returns a vector without its dropped numbers.
        ///
        /// @param place see [Dropout]
        Value[] of(Value[] x, int place);

        /// @param document index in the batch
        static Dropped at(StepSettings settings, int document, int position) {
            Dropout dropout = settings.dropout();
            if (!dropout.isActive()) {
                return NOTHING;
            }
            return (x, place) -> {
                long row = dropout.row(settings.step(), document, position, place);
                Value[] kept = new Value[x.length];
                Arrays.setAll(kept, i -> x[i].mul(dropout.factor(row, i)));
                return kept;
            };
        }
    }

    /// Returns the mean cross-entropy of a document's tokens, each predicted from those before it, in nats.
    ///
    /// @param document index in the batch
    Value loss(int[] tokens, int document, StepSettings settings, ForwardObserver observer) {
        int n = Math.min(shape.blockSize(), tokens.length - 1);
        Cache cache = new Cache();
        Value[] losses = new Value[n];
        for (int position = 0; position < n; position++) {
            Dropped dropped = Dropped.at(settings, document, position);
            Value[] probs = softmax(gpt(tokens[position], position, cache, observer, dropped));
            observer.observe(Activation.PROBS, 0, probs);
            Value loss = probs[tokens[position + 1]].log().neg();
            double smoothing = settings.labelSmoothing();
            losses[position] = smoothing == 0 ? loss : smoothed(loss, probs, smoothing);
            observer.observe(Activation.LOSSES, 0, new Value[] {losses[position]});
        }
        Value loss = sum(losses).mul(1.0 / n);
        observer.observe(Activation.LOSS, 0, new Value[] {loss});
        return loss;
    }

    /// Returns the cross-entropy against a target that is mixed with the uniform distribution.
    ///
    /// Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015).
    ///
    /// @param loss the cross-entropy against the target alone
    private static Value smoothed(Value loss, Value[] probs, double smoothing) {
        Value[] surprisals = new Value[probs.length];
        Arrays.setAll(surprisals, i -> probs[i].log().neg());
        Value mean = sum(surprisals).div(probs.length);
        return loss.mul(1 - smoothing).add(mean.mul(smoothing));
    }

    @Override
    public Decoder newDecoder(boolean traced) {
        return new ScalarDecoder(traced);
    }

    private final class ScalarDecoder implements Decoder {

        private final Cache cache = new Cache();
        private final boolean traced;
        private final TraceRecorder traces = new TraceRecorder(shape);
        private double[] logits = {};
        private int position;

        ScalarDecoder(boolean traced) {
            this.traced = traced;
        }

        @Override
        public void next(int tokenId) {
            logits = data(gpt(tokenId, position, cache, traced ? traces : ForwardObserver.NONE));
            cache.detach(position++);
        }

        @Override
        public void probabilities(double temperature, double[] probs) {
            Softmax.probabilities(logits, temperature, probs);
        }

        @Override
        public List<Trace> traces() {
            return traces.traces();
        }
    }

    @Override
    public long estimateBytes() {
        return new ScalarMemoryEstimate(shape).predictorBytes();
    }

    @Override
    public BatchLosses batchLosses() {
        return sequences -> Arrays.stream(sequences).map(this::losses).toArray(double[][]::new);
    }

    @Override
    public @Nullable BatchDecoder newBatch(Decoder begun, @Nullable BatchDecoder former) {
        return null;
    }

    @Override
    public double[] losses(int[] tokens) {
        int n = Math.min(shape.blockSize(), tokens.length - 1);
        Cache cache = new Cache();
        double[] losses = new double[n];
        for (int position = 0; position < n; position++) {
            losses[position] =
                    softmax(gpt(tokens[position], position, cache, ForwardObserver.NONE))[
                            tokens[position + 1]]
                            .log()
                            .neg()
                            .data();
            cache.detach(position);
        }
        return losses;
    }

    @Override
    public List<Trace> traces(int[] tokens) {
        Decoder decoder = newDecoder(true);
        for (int token : tokens) {
            decoder.next(token);
        }
        return decoder.traces();
    }

    @Override
    public double[] embedding(int tokenId) {
        return data(wte[tokenId]);
    }
}
