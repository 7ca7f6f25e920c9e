package dev.microgpt.engine;

import static dev.microgpt.engine.scalar.Functions.dot;
import static dev.microgpt.engine.scalar.Functions.linear;
import static dev.microgpt.engine.scalar.Functions.rmsnorm;
import static dev.microgpt.engine.scalar.Functions.softmax;
import static dev.microgpt.engine.scalar.Functions.sum;

import dev.microgpt.engine.scalar.Value;
import dev.microgpt.engine.training.Dropout;
import dev.microgpt.engine.training.StepSettings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The reference model: parameters and forward pass of microgpt.py, number by number on [Value]s.
///
/// It performs the operations of microgptjs in the same order, so that results agree to the last
/// bits, and takes its transcendental functions from `StrictMath`, so that they are the same on
/// every machine. Every faster implementation is tested against it.
final class ScalarModel implements Predictor {

    private final ModelShape shape;
    private final Value[][] wte; // (V, C)
    private final Value[][] wpe; // (T, C)
    private final Value[][] lmHead; // (V, C)
    private final List<Layer> layers = new ArrayList<>(); // (L)

    private final Value[] params; // (numParams), all of the above in this order

    private record Layer(
            Value[][] attnWq, // (C, C)
            Value[][] attnWk, // (C, C)
            Value[][] attnWv, // (C, C)
            Value[][] attnWo, // (C, C)
            Value[][] mlpFc1, // (4 C, C)
            Value[][] mlpFc2) {} // (C, 4 C)

    ScalarModel(ModelShape shape, double[] initialParams) {
        this.shape = shape;
        params = new Value[initialParams.length];
        Arrays.setAll(params, i -> new Value(initialParams[i]));

        int c = shape.nEmbd();
        MatrixReader reader = new MatrixReader(params);
        wte = reader.next(shape.vocabSize(), c);
        wpe = reader.next(shape.blockSize(), c);
        lmHead = reader.next(shape.vocabSize(), c);
        for (int i = 0; i < shape.nLayer(); i++) {
            layers.add(
                    new Layer(
                            reader.next(c, c),
                            reader.next(c, c),
                            reader.next(c, c),
                            reader.next(c, c),
                            reader.next(4 * c, c),
                            reader.next(c, 4 * c)));
        }
    }

    ModelShape shape() {
        return shape;
    }

    /// Returns the parameters themselves, not copies, (numParams).
    Value[] params() {
        return params;
    }

    /// Cuts the flat parameters into matrices.
    private static final class MatrixReader {

        private final Value[] params;
        private int position;

        MatrixReader(Value[] params) {
            this.params = params;
        }

        Value[][] next(int rows, int columns) {
            Value[][] matrix = new Value[rows][];
            for (int row = 0; row < rows; row++) {
                matrix[row] = Arrays.copyOfRange(params, position, position + columns);
                position += columns;
            }
            return matrix;
        }
    }

    /// Keys and values of the positions read so far, per layer.
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
        Value[] embedded = plus(wte[tokenId], wpe[position]);
        observer.observe(Activation.EMBEDDED, 0, embedded);
        Value[] x = rmsnorm(dropped.of(embedded, 0));
        observer.observe(Activation.EMBEDDING, 0, x);
        for (int layer = 0; layer < layers.size(); layer++) {
            x = attention(x, layer, position, cache, observer, dropped);
            x = mlp(x, layer, observer, dropped);
        }
        Value[] logits = linear(x, lmHead);
        observer.observe(Activation.LOGITS, 0, logits);
        return logits;
    }

    private Value[] attention(
            Value[] x,
            int li,
            int position,
            Cache cache,
            ForwardObserver observer,
            Dropped dropped) {
        Layer layer = layers.get(li);
        Value[] normed = rmsnorm(x);
        observer.observe(Activation.ATTN_NORM, li, normed);
        Value[] q = linear(normed, layer.attnWq);
        cache.keys[li][position] = linear(normed, layer.attnWk);
        cache.values[li][position] = linear(normed, layer.attnWv);
        observer.observe(Activation.ATTN_Q, li, q);
        observer.observe(Activation.ATTN_K, li, cache.keys[li][position]);
        observer.observe(Activation.ATTN_V, li, cache.values[li][position]);
        Value[] attended = new Value[shape.nEmbd()];
        for (int head = 0; head < shape.nHead(); head++) {
            Value[] logits = attentionLogits(q, cache.keys[li], position, head);
            observer.observe(Activation.ATTN_LOGITS, li, head, logits);
            Value[] weights = softmax(logits);
            observer.observe(Activation.ATTN_WEIGHTS, li, head, weights);
            attend(weights, cache.values[li], head, attended);
        }
        observer.observe(Activation.ATTN_OUT, li, attended);
        Value[] projected = linear(attended, layer.attnWo);
        observer.observe(Activation.ATTN_PROJ, li, projected);
        Value[] result = plus(dropped.of(projected, Dropout.ofAttention(li)), x);
        observer.observe(Activation.ATTN_RESIDUAL, li, result);
        return result;
    }

    /// Returns one head's scores of a position's query with the key of each position so far: q k / sqrt(D),
    /// (position + 1).
    private Value[] attentionLogits(Value[] q, Value[][] keys, int position, int head) {
        int headDim = shape.headDim();
        int start = head * headDim;
        Value[] logits = new Value[position + 1];
        for (int t = 0; t <= position; t++) {
            logits[t] = dot(q, start, keys[t], start, headDim).div(Math.sqrt(headDim));
        }
        return logits;
    }

    /// Writes a head's part of `attended`, (C).
    ///
    /// @param weights the head's attention weights of each position so far, (position + 1)
    private void attend(Value[] weights, Value[][] values, int head, Value[] attended) {
        int start = head * shape.headDim();
        for (int j = start; j < start + shape.headDim(); j++) {
            Value[] weighted = new Value[weights.length];
            for (int t = 0; t < weights.length; t++) {
                weighted[t] = weights[t].mul(values[t][j]);
            }
            attended[j] = sum(weighted);
        }
    }

    private Value[] mlp(Value[] x, int li, ForwardObserver observer, Dropped dropped) {
        Layer layer = layers.get(li);
        Value[] normed = rmsnorm(x);
        observer.observe(Activation.MLP_NORM, li, normed);
        Value[] hidden = linear(normed, layer.mlpFc1);
        observer.observe(Activation.MLP_HIDDEN, li, hidden);
        Arrays.setAll(hidden, i -> hidden[i].relu());
        observer.observe(Activation.MLP_RELU, li, hidden);
        Value[] projected = linear(hidden, layer.mlpFc2);
        observer.observe(Activation.MLP_PROJ, li, projected);
        Value[] result = plus(dropped.of(projected, Dropout.ofMlp(li)), x);
        observer.observe(Activation.MLP_RESIDUAL, li, result);
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
