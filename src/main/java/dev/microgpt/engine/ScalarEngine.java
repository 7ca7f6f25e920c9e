package dev.microgpt.engine;

import static dev.microgpt.engine.scalar.Functions.dot;
import static dev.microgpt.engine.scalar.Functions.linear;
import static dev.microgpt.engine.scalar.Functions.rmsnorm;
import static dev.microgpt.engine.scalar.Functions.softmax;
import static dev.microgpt.engine.scalar.Functions.sum;

import dev.microgpt.engine.scalar.Value;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/// The reference engine: the model of microgpt.py, number by number on [Value]s.
///
/// It performs the operations of microgptjs in the same order, so that results agree to the last
/// bits, and takes its transcendental functions from `StrictMath`, so that they are the same on
/// every machine. It is the oracle for anything faster.
final class ScalarEngine implements Engine {

    private static final double BETA1 = 0.85;
    private static final double BETA2 = 0.99;
    private static final double EPSILON = 1e-8;

    private final ModelOptions options;
    private final Value[][] wte; // (V, C)
    private final Value[][] wpe; // (T, C)
    private final Value[][] lmHead; // (V, C)
    private final List<Layer> layers = new ArrayList<>(); // (L)

    private final Value[] params; // (numParams), all of the above in this order
    private final double[] m; // (numParams), first moments of the gradients
    private final double[] v; // (numParams), second moments

    private record Layer(
            Value[][] attnWq, // (C, C)
            Value[][] attnWk, // (C, C)
            Value[][] attnWv, // (C, C)
            Value[][] attnWo, // (C, C)
            Value[][] mlpFc1, // (4 C, C)
            Value[][] mlpFc2) {} // (C, 4 C)

    /// Bytes of a [Value] with the references to it: one that stays, with its two moments, and one of
    /// the graph of a step.
    private static final long PARAM_BYTES = 84;

    private static final long NODE_BYTES = 64;

    /// See [Engine#estimateBytes].
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        double params = options.numParams(vocabSize);
        double nodes = estimateNodes(options, vocabSize, tokens);
        double cached = 2.0 * options.nLayer() * options.blockSize() * options.nEmbd();
        return (long) (params * PARAM_BYTES + (nodes + cached) * NODE_BYTES);
    }

    /// The numbers in the graph of a document's loss, about.
    ///
    /// @param tokens of the document, with one BOS
    static double estimateNodes(ModelOptions options, int vocabSize, int tokens) {
        double params = options.numParams(vocabSize);
        double n = Math.min(options.blockSize(), tokens);
        double pairs =
                options.nLayer() * n * (n + 1) / 2; // of positions, one attending to the other
        return n * (2 * params + 8.0 * vocabSize)
                + pairs * (4.0 * options.nEmbd() + 12.0 * options.nHead());
    }

    ScalarEngine(ModelOptions options, int vocabSize, double[] initialParams) {
        this.options = options;
        params = new Value[initialParams.length];
        Arrays.setAll(params, i -> new Value(initialParams[i]));
        m = new double[params.length];
        v = new double[params.length];

        int c = options.nEmbd();
        MatrixReader reader = new MatrixReader(params);
        wte = reader.next(vocabSize, c);
        wpe = reader.next(options.blockSize(), c);
        lmHead = reader.next(vocabSize, c);
        for (int i = 0; i < options.nLayer(); i++) {
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

    /// @param params (numParams)
    /// @param m first moments, (numParams)
    /// @param v second moments, (numParams)
    record ScalarWeights(double[] params, double[] m, double[] v) implements Weights {

        ScalarWeights {
            params = params.clone();
            m = m.clone();
            v = v.clone();
        }

        @Override
        public double[] params() {
            return params.clone();
        }

        @Override
        public double[] m() {
            return m.clone();
        }

        @Override
        public double[] v() {
            return v.clone();
        }

        @Override
        public long bytes() {
            return (long) Double.BYTES * (params.length + m.length + v.length);
        }
    }

    @Override
    public Weights weights(double[] params, double[] m, double[] v) {
        return new ScalarWeights(params, m, v);
    }

    @Override
    public void setMoments(double[] newM, double[] newV) {
        System.arraycopy(newM, 0, m, 0, m.length);
        System.arraycopy(newV, 0, v, 0, v.length);
    }

    @Override
    public Weights weights() {
        return new ScalarWeights(data(params), m, v);
    }

    @Override
    public Engine with(Weights weights) {
        ScalarWeights from = (ScalarWeights) weights;
        ScalarEngine engine = new ScalarEngine(options, wte.length, from.params);
        System.arraycopy(from.m, 0, engine.m, 0, m.length);
        System.arraycopy(from.v, 0, engine.v, 0, v.length);
        return engine;
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

        final Value[][][] keys = new Value[options.nLayer()][options.blockSize()][]; // (L, T, C)
        final Value[][][] values = new Value[options.nLayer()][options.blockSize()][]; // (L, T, C)

        /// Cuts a position off from the graph that it was computed by.
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

    /// The model: maps a token, its position and what came before to logits over what comes next.
    private Value[] gpt(int tokenId, int position, Cache cache, Watcher watcher) {
        Value[] embedded = plus(wte[tokenId], wpe[position]);
        watcher.see(Activation.EMBEDDED, 0, embedded);
        Value[] x = rmsnorm(embedded);
        watcher.see(Activation.EMBEDDING, 0, x);
        for (int layer = 0; layer < layers.size(); layer++) {
            x = attention(x, layer, position, cache, watcher);
            x = mlp(x, layer, watcher);
        }
        Value[] logits = linear(x, lmHead);
        watcher.see(Activation.LOGITS, 0, logits);
        return logits;
    }

    private Value[] attention(Value[] x, int li, int position, Cache cache, Watcher watcher) {
        Layer layer = layers.get(li);
        Value[] normed = rmsnorm(x);
        watcher.see(Activation.ATTN_NORM, li, normed);
        Value[] q = linear(normed, layer.attnWq);
        cache.keys[li][position] = linear(normed, layer.attnWk);
        cache.values[li][position] = linear(normed, layer.attnWv);
        watcher.see(Activation.ATTN_Q, li, q);
        watcher.see(Activation.ATTN_K, li, cache.keys[li][position]);
        watcher.see(Activation.ATTN_V, li, cache.values[li][position]);
        Value[] attended = new Value[options.nEmbd()];
        for (int head = 0; head < options.nHead(); head++) {
            Value[] logits = attentionLogits(q, cache.keys[li], position, head);
            watcher.see(Activation.ATTN_LOGITS, li, head, logits);
            Value[] weights = softmax(logits);
            watcher.see(Activation.ATTN_WEIGHTS, li, head, weights);
            attend(weights, cache.values[li], head, attended);
        }
        watcher.see(Activation.ATTN_OUT, li, attended);
        Value[] projected = linear(attended, layer.attnWo);
        watcher.see(Activation.ATTN_PROJ, li, projected);
        Value[] result = plus(projected, x);
        watcher.see(Activation.ATTN_RESIDUAL, li, result);
        return result;
    }

    /// How well what one head asks for at a position fits each position so far, (position + 1).
    private Value[] attentionLogits(Value[] q, Value[][] keys, int position, int head) {
        int headDim = options.headDim();
        int start = head * headDim;
        Value[] logits = new Value[position + 1];
        for (int t = 0; t <= position; t++) {
            logits[t] = dot(q, start, keys[t], start, headDim).div(Math.sqrt(headDim));
        }
        return logits;
    }

    /// Writes a head's part of `attended`, (C).
    ///
    /// @param weights that the head gives to each position so far, (position + 1)
    private void attend(Value[] weights, Value[][] values, int head, Value[] attended) {
        int start = head * options.headDim();
        for (int j = start; j < start + options.headDim(); j++) {
            Value[] weighted = new Value[weights.length];
            for (int t = 0; t < weights.length; t++) {
                weighted[t] = weights[t].mul(values[t][j]);
            }
            attended[j] = sum(weighted);
        }
    }

    private Value[] mlp(Value[] x, int li, Watcher watcher) {
        Layer layer = layers.get(li);
        Value[] normed = rmsnorm(x);
        watcher.see(Activation.MLP_NORM, li, normed);
        Value[] hidden = linear(normed, layer.mlpFc1);
        watcher.see(Activation.MLP_HIDDEN, li, hidden);
        Arrays.setAll(hidden, i -> hidden[i].relu());
        watcher.see(Activation.MLP_RELU, li, hidden);
        Value[] projected = linear(hidden, layer.mlpFc2);
        watcher.see(Activation.MLP_PROJ, li, projected);
        Value[] result = plus(projected, x);
        watcher.see(Activation.MLP_RESIDUAL, li, result);
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

    /// The mean cross-entropy of a document's tokens, each predicted from those before it.
    private Value loss(int[] tokens, Watcher watcher) {
        int n = Math.min(options.blockSize(), tokens.length - 1);
        Cache cache = new Cache();
        Value[] losses = new Value[n];
        for (int position = 0; position < n; position++) {
            Value[] probs = softmax(gpt(tokens[position], position, cache, watcher));
            watcher.see(Activation.PROBS, 0, probs);
            losses[position] = probs[tokens[position + 1]].log().neg();
            watcher.see(Activation.LOSSES, 0, new Value[] {losses[position]});
        }
        Value loss = sum(losses).mul(1.0 / n);
        watcher.see(Activation.LOSS, 0, new Value[] {loss});
        return loss;
    }

    @Override
    public double trainStep(
            int[][] batch, long step, double learningRate, @Nullable Observation observation) {
        double loss =
                accumulateGradients(
                        batch,
                        _ -> observation == null ? Watcher.NONE : observation.watcher(options));
        requireFinite(loss, step);
        if (observation == null) {
            adam(step, learningRate);
        } else {
            observedAdam(step, learningRate, observation);
        }
        return loss;
    }

    /// A probability that is nearly 0 may have a finite logarithm whose derivative is not.
    private void requireFinite(double loss, long step) {
        if (!Double.isFinite(loss)) {
            throw new DivergedException(
                    String.format(Locale.ROOT, "the loss of step %d is %s", step + 1, loss));
        }
        for (Value p : params) {
            if (!Double.isFinite(p.grad())) {
                throw new DivergedException(
                        String.format(
                                Locale.ROOT, "a gradient of step %d is %s", step + 1, p.grad()));
            }
        }
    }

    /// Forward and backward, document by document, so that one graph at a time is in memory.
    ///
    /// @param watchers of each document of the batch
    private double accumulateGradients(int[][] batch, IntFunction<Watcher> watchers) {
        clearGradients(); // those of a step that failed halfway or diverged
        double batchLoss = 0;
        for (int b = 0; b < batch.length; b++) {
            Watcher watcher = watchers.apply(b);
            Value loss = loss(batch[b], watcher);
            if (batch.length > 1) {
                loss = loss.mul(1.0 / batch.length);
                watcher.see(Activation.SHARE, 0, new Value[] {loss});
            }
            loss.backward();
            batchLoss += loss.data();
        }
        return batchLoss;
    }

    /// Makes a training step whose numbers can be looked at one by one. The parameters stay as they were,
    /// the moments do not.
    ///
    /// @param document of the batch, whose graph is to be seen
    /// @param step counted from 0
    /// @throws DivergedException if the loss or its gradient is not finite
    StepAnatomy takeApart(int[][] batch, int document, long step, double learningRate) {
        AnatomyWatcher watcher = new AnatomyWatcher();
        double loss = accumulateGradients(batch, b -> b == document ? watcher : Watcher.NONE);
        requireFinite(loss, step);
        double[] before = params();
        adam(step, learningRate);
        double[] after = params();
        for (int i = 0; i < params.length; i++) {
            params[i].setData(before[i]);
        }
        return new StepAnatomy(
                loss,
                watcher.tensors(),
                Matrix.of(options, wte.length),
                params,
                new StepAnatomy.Adam(
                        m.clone(),
                        v.clone(),
                        after,
                        1 - StrictMath.pow(BETA1, step + 1.0),
                        1 - StrictMath.pow(BETA2, step + 1.0),
                        learningRate));
    }

    @Override
    public double[] gradients(int[][] batch) {
        accumulateGradients(batch, _ -> Watcher.NONE);
        double[] gradients = new double[params.length];
        Arrays.setAll(gradients, i -> params[i].grad());
        return gradients;
    }

    private void clearGradients() {
        for (Value p : params) {
            p.zeroGrad();
        }
    }

    @Override
    public double[] params() {
        return data(params);
    }

    @Override
    public double[] firstMoments() {
        return m.clone();
    }

    @Override
    public double[] secondMoments() {
        return v.clone();
    }

    /// Updates all parameters from their gradients.
    ///
    /// Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2014).
    private void adam(long step, double learningRate) {
        double mBias = 1 - StrictMath.pow(BETA1, step + 1.0);
        double vBias = 1 - StrictMath.pow(BETA2, step + 1.0);
        for (int i = 0; i < params.length; i++) {
            Value p = params[i];
            double grad = p.grad();
            m[i] = BETA1 * m[i] + (1 - BETA1) * grad;
            v[i] = BETA2 * v[i] + (1 - BETA2) * (grad * grad);
            double mHat = m[i] / mBias;
            double vHat = v[i] / vBias;
            p.setData(p.data() - learningRate * mHat / (Math.sqrt(vHat) + EPSILON));
        }
    }

    private void observedAdam(long step, double learningRate, Observation observation) {
        double[] before = params();
        adam(step, learningRate);
        for (int i = 0; i < params.length; i++) {
            observation.updated(i, params[i].grad(), before[i], params[i].data());
        }
    }

    @Override
    public Decoder newDecoder(boolean traced) {
        return new ScalarDecoder(traced);
    }

    private final class ScalarDecoder implements Decoder {

        private final Cache cache = new Cache();
        private final boolean traced;
        private final TraceWatcher traces = new TraceWatcher(options);
        private double[] logits = {};
        private int position;

        ScalarDecoder(boolean traced) {
            this.traced = traced;
        }

        @Override
        public void next(int tokenId) {
            logits = data(gpt(tokenId, position, cache, traced ? traces : Watcher.NONE));
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
    public double[] losses(int[] tokens) {
        int n = Math.min(options.blockSize(), tokens.length - 1);
        Cache cache = new Cache();
        double[] losses = new double[n];
        for (int position = 0; position < n; position++) {
            losses[position] =
                    softmax(gpt(tokens[position], position, cache, Watcher.NONE))[
                            tokens[position + 1]]
                            .log()
                            .neg()
                            .data();
            cache.detach(position);
        }
        return losses;
    }

    @Override
    public int numParams() {
        return params.length;
    }

    @Override
    public ParamStats paramStats() {
        double total = 0;
        double squares = 0;
        for (Value p : params) {
            total += p.data();
            squares += p.data() * p.data();
        }
        if (!Double.isFinite(squares)) {
            return hugeParamStats();
        }
        return new ParamStats(total / params.length, Math.sqrt(squares / params.length));
    }

    /// The same for parameters whose squares overflow.
    private ParamStats hugeParamStats() {
        double largest = 0;
        for (Value p : params) {
            largest = Math.max(largest, Math.abs(p.data()));
        }
        double total = 0;
        double squares = 0;
        for (Value p : params) {
            double part = p.data() / largest;
            total += part;
            squares += part * part;
        }
        return new ParamStats(
                largest * (total / params.length), largest * Math.sqrt(squares / params.length));
    }

    @Override
    public double[] embedding(int tokenId) {
        return data(wte[tokenId]);
    }
}
