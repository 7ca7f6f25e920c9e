package dev.microgpt.engine;

import dev.microgpt.engine.tensor.Capture;
import dev.microgpt.engine.tensor.KvDecoder;
import dev.microgpt.engine.tensor.TensorModel;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The fast engine: see [TensorModel].
final class TensorEngine implements Engine {

    private final ModelOptions options;
    private final TensorModel model;

    /// Made at the first use and kept: only one sequence is read at a time.
    private @Nullable KvDecoder decoder;

    TensorEngine(ModelOptions options, int vocabSize, double[] params) {
        this.options = options;
        model =
                new TensorModel(
                        vocabSize,
                        options.nEmbd(),
                        options.nHead(),
                        options.nLayer(),
                        options.blockSize(),
                        params);
    }

    private TensorEngine(ModelOptions options, TensorModel model) {
        this.options = options;
        this.model = model;
    }

    record TensorWeights(TensorModel.Weights weights) implements Weights {

        @Override
        public long bytes() {
            return weights.bytes();
        }

        @Override
        public double[] params() {
            return weights.params();
        }

        @Override
        public double[] m() {
            return weights.firstMoments();
        }

        @Override
        public double[] v() {
            return weights.secondMoments();
        }
    }

    @Override
    public Weights weights(double[] params, double[] m, double[] v) {
        return new TensorWeights(model.weights(params, m, v));
    }

    @Override
    public void setMoments(double[] m, double[] v) {
        model.setMoments(m, v);
    }

    @Override
    public Weights weights() {
        return new TensorWeights(model.copyWeights());
    }

    @Override
    public Engine with(Weights weights) {
        return new TensorEngine(options, model.with(((TensorWeights) weights).weights));
    }

    /// See [Engine#estimateBytes].
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        return TensorModel.estimateBytes(
                vocabSize,
                options.nEmbd(),
                options.nHead(),
                options.nLayer(),
                options.blockSize(),
                (double) options.batchSize() * Math.min(options.blockSize(), tokens));
    }

    @Override
    public int numParams() {
        return model.numParams();
    }

    @Override
    public double trainStep(
            int[][] batch, long step, double learningRate, @Nullable Observation observation) {
        double loss;
        if (observation == null) {
            loss = model.trainStep(batch, step, learningRate);
        } else {
            int[] last = batch[batch.length - 1];
            observation.takeTraces(traces(Arrays.copyOf(last, last.length - 1)));
            loss = model.trainStep(batch, step, learningRate, observation);
        }
        if (!Double.isFinite(loss)) {
            throw new DivergedException(
                    String.format(
                            Locale.ROOT,
                            "the loss of step %d, its gradient or a parameter after it is not finite",
                            step + 1));
        }
        return loss;
    }

    private List<Trace> traces(int[] tokens) {
        Capture capture = model.capture(tokens);
        List<Trace> traces = new ArrayList<>();
        for (int t = 0; t < capture.embedding().length; t++) {
            traces.add(
                    new Trace(
                            capture.embedding()[t],
                            capture.attentionWeights()[t],
                            capture.mlpActivations()[t],
                            null));
        }
        return traces;
    }

    @Override
    public Decoder newDecoder(boolean traced) {
        if (decoder == null) {
            decoder = new KvDecoder(model);
        }
        decoder.reset();
        return new TensorDecoder(decoder);
    }

    private final class TensorDecoder implements Decoder {

        private final KvDecoder reader;
        private final int[] tokens = new int[options.blockSize()];
        private int length;

        TensorDecoder(KvDecoder reader) {
            this.reader = reader;
        }

        @Override
        public void next(int tokenId) {
            reader.next(tokenId);
            tokens[length++] = tokenId;
        }

        @Override
        public void probabilities(double temperature, double[] probs) {
            reader.probabilities(temperature, probs);
            if (!reader.isFinite() || !Double.isFinite(probs[0])) {
                // The logits are not finite, or too low a temperature for single precision.
                Softmax.probabilities(reader.logits(), temperature, probs);
            }
        }

        @Override
        public List<Trace> traces() {
            return TensorEngine.this.traces(Arrays.copyOf(tokens, length));
        }
    }

    @Override
    public double[] losses(int[] tokens) {
        return model.losses(tokens);
    }

    @Override
    public double[] gradients(int[][] batch) {
        return model.gradients(batch);
    }

    @Override
    public double[] params() {
        return model.params();
    }

    @Override
    public double[] firstMoments() {
        return model.firstMoments();
    }

    @Override
    public double[] secondMoments() {
        return model.secondMoments();
    }

    @Override
    public ParamStats paramStats() {
        return new ParamStats(model.paramMean(), model.paramRootMeanSquare());
    }

    @Override
    public double[] embedding(int tokenId) {
        return model.embedding(tokenId);
    }
}
