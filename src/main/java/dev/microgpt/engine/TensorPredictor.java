package dev.microgpt.engine;

import dev.microgpt.engine.tensor.BatchDecoder;
import dev.microgpt.engine.tensor.ForwardCapture;
import dev.microgpt.engine.tensor.ForwardPass;
import dev.microgpt.engine.tensor.KvDecoder;
import dev.microgpt.engine.tensor.TensorMemoryEstimate;
import dev.microgpt.engine.tensor.Weights;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Evaluates the model with the tensor engine.
final class TensorPredictor implements Predictor {

    private final ModelShape shape;
    private final Weights weights;
    private final ForwardPass forward;

    /// Created at the first use and then reused, as only one sequence is read at a time.
    private @Nullable KvDecoder decoder;

    /// @param forward a forward pass over these weights
    TensorPredictor(ModelShape shape, Weights weights, ForwardPass forward) {
        this.shape = shape;
        this.weights = weights;
        this.forward = forward;
    }

    static TensorMemoryEstimate memory(ModelShape shape) {
        return new TensorMemoryEstimate(
                shape.vocabSize(),
                shape.nEmbd(),
                shape.nHead(),
                shape.nLayer(),
                shape.blockSize(),
                shape.architecture());
    }

    static long estimateBytes(ModelShape shape) {
        return memory(shape).predictorBytes();
    }

    /// Estimates the memory of a decoder of many sequences, in bytes; 0 if there is none for this shape.
    static long batchBytes(ModelShape shape) {
        return memory(shape).batchBytes();
    }

    @Override
    public long estimateBytes() {
        return estimateBytes(shape);
    }

    @Override
    public List<Trace> traces(int[] tokens) {
        ForwardCapture capture = forward.capture(tokens);
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
            decoder = new KvDecoder(weights);
        }
        decoder.reset();
        return new TensorDecoder(decoder);
    }

    @Override
    public @Nullable BatchDecoder newBatch(Decoder begun, @Nullable BatchDecoder former) {
        BatchDecoder batch =
                former != null && former.isOf(weights) ? former : BatchDecoder.create(weights);
        if (batch != null && begun instanceof TensorDecoder sequence) {
            batch.begin(sequence.kvDecoder);
        }
        return batch;
    }

    private final class TensorDecoder implements Decoder {

        private final KvDecoder kvDecoder;
        private final int[] tokens = new int[shape.blockSize()];
        private int length;

        TensorDecoder(KvDecoder kvDecoder) {
            this.kvDecoder = kvDecoder;
        }

        @Override
        public void next(int tokenId) {
            kvDecoder.next(tokenId);
            tokens[length++] = tokenId;
        }

        @Override
        public void probabilities(double temperature, double[] probs) {
            kvDecoder.probabilities(temperature, probs);
            if (!kvDecoder.isModerate() || !Double.isFinite(probs[0])) {
                // The logits are too large, or the temperature is too low, for single precision.
                Softmax.probabilities(kvDecoder.logits(), temperature, probs);
            }
        }

        @Override
        public List<Trace> traces() {
            return TensorPredictor.this.traces(Arrays.copyOf(tokens, length));
        }
    }

    @Override
    public double[] losses(int[] tokens) {
        return forward.losses(tokens);
    }

    @Override
    public BatchLosses batchLosses() {
        int positions = ForwardPass.positionsAtATime(weights);
        if (positions < 2 * shape.blockSize()) {
            return forward::losses;
        }
        ForwardPass pass =
                new ForwardPass(weights); // the buffers of this predictor are for a single sequence
        return new BatchLosses() {
            @Override
            public int positions() {
                return positions;
            }

            @Override
            public double[][] losses(int[][] sequences) {
                return pass.losses(sequences);
            }
        };
    }

    @Override
    public double[] embedding(int tokenId) {
        return weights.embedding(tokenId);
    }
}
