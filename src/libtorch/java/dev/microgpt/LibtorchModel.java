package dev.microgpt;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The model of the engine, with the operations of libtorch: RMSNorm, no biases, ReLU, learned positions. Documents are padded
/// to the length of the longest; padding has no part in the loss.
final class LibtorchModel implements AutoCloseable {

    private static final float RMS_EPSILON = 1e-5f;
    private static final float MASKED = -1e9f;

    private final ModelSize size;
    private final NDManager manager;
    private final List<NDArray> params = new ArrayList<>();
    private final NDArray wte; // (V, C)
    private final NDArray wpe; // (blockSize, C)
    private final NDArray lmHead; // (V, C)
    private final Layer[] layers;
    private final Optimizer adam;

    /// @param qkv (3 C, C), queries, keys and values at once
    /// @param wo (C, C)
    /// @param fc1 (4 C, C)
    /// @param fc2 (C, 4 C)
    private record Layer(NDArray qkv, NDArray wo, NDArray fc1, NDArray fc2) {}

    /// @param vocab V
    /// @param width C
    record ModelSize(int vocab, int width, int heads, int layers, int blockSize) {

        int numParams() {
            return (2 * vocab + blockSize) * width + 12 * layers * width * width;
        }
    }

    /// Reads parameters one after the other.
    private final class Reader {

        private final double[] numbers;
        private int next;

        Reader(double[] numbers) {
            this.numbers = numbers;
        }

        NDArray read(int rows, int columns) {
            float[] part = new float[rows * columns];
            for (int i = 0; i < part.length; i++) {
                part[i] = (float) numbers[next + i];
            }
            next += part.length;
            NDArray array = manager.create(part, new Shape(rows, columns));
            array.setRequiresGradient(true);
            params.add(array);
            return array;
        }
    }

    /// @param numbers parameters in the order of the reference, (numParams)
    LibtorchModel(ModelSize size, double[] numbers, float learningRate) {
        this.size = size;
        manager = NDManager.newBaseManager();
        int c = size.width();
        Reader reader = new Reader(numbers);
        wte = reader.read(size.vocab(), c);
        wpe = reader.read(size.blockSize(), c);
        lmHead = reader.read(size.vocab(), c);
        layers = new Layer[size.layers()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] =
                    new Layer(
                            reader.read(3 * c, c),
                            reader.read(c, c),
                            reader.read(4 * c, c),
                            reader.read(c, 4 * c));
        }
        adam =
                Adam.builder()
                        .optLearningRateTracker(Tracker.fixed(learningRate))
                        .optBeta1(0.85f)
                        .optBeta2(0.99f)
                        .optEpsilon(1e-8f)
                        .build();
    }

    /// Trains one step.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    float trainStep(int[][] batch) {
        try (NDManager scope = manager.newSubManager();
                GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
            NDArray loss = loss(scope, batch);
            gradients.backward(loss);
            float result = loss.getFloat();
            for (int i = 0; i < params.size(); i++) {
                try (NDArray gradient = params.get(i).getGradient()) {
                    adam.update(String.valueOf(i), params.get(i), gradient);
                }
            }
            gradients.zeroGradients();
            return result;
        }
    }

    private NDArray loss(NDManager scope, int[][] batch) {
        int tokens = 0;
        for (int[] document : batch) {
            tokens = Math.max(tokens, Math.min(size.blockSize(), document.length - 1));
        }
        long[] inputs = new long[batch.length * tokens]; // (B, T)
        long[] targets = new long[inputs.length]; // (B, T)
        float[] shares = new float[inputs.length]; // (B, T), of each position in the loss
        for (int b = 0; b < batch.length; b++) {
            int length = Math.min(size.blockSize(), batch[b].length - 1);
            for (int t = 0; t < length; t++) {
                inputs[b * tokens + t] = batch[b][t];
                targets[b * tokens + t] = batch[b][t + 1];
                shares[b * tokens + t] = 1f / (length * batch.length);
            }
        }
        Shape column = new Shape(inputs.length, 1);
        NDArray logits = logits(scope, inputs, batch.length, tokens);
        NDArray logProbabilities = logits.reshape(inputs.length, size.vocab()).logSoftmax(-1);
        return logProbabilities
                .gather(scope.create(targets, column), 1)
                .mul(scope.create(shares, column))
                .sum()
                .neg();
    }

    /// @return (B, T, V)
    private NDArray logits(NDManager scope, long[] inputs, int documents, int tokens) {
        NDArray ids = scope.create(inputs, new Shape(documents, tokens));
        NDArray embedded = only(Embedding.embedding(ids, wte, SparseFormat.DENSE));
        NDArray mask = mask(scope, tokens);
        NDArray x = norm(embedded.add(wpe.get("0:{}", tokens)));
        for (Layer layer : layers) {
            x = x.add(attention(layer, norm(x), mask, documents, tokens));
            NDArray hidden = Activation.relu(linear(norm(x), layer.fc1()));
            x = x.add(linear(hidden, layer.fc2()));
        }
        return linear(x, lmHead);
    }

    /// @param x (B, T, C)
    private NDArray attention(Layer layer, NDArray x, NDArray mask, int documents, int tokens) {
        int headWidth = size.width() / size.heads();
        NDArray qkv =
                linear(x, layer.qkv())
                        .reshape(documents, tokens, 3, size.heads(), headWidth)
                        .transpose(2, 0, 3, 1, 4); // (3, B, H, T, D)
        NDArray scores =
                qkv.get(0).matMul(qkv.get(1).transpose(0, 1, 3, 2)).mul(1 / Math.sqrt(headWidth));
        NDArray heads = scores.add(mask).softmax(-1).matMul(qkv.get(2)); // (B, H, T, D)
        NDArray joined = heads.transpose(0, 2, 1, 3).reshape(documents, tokens, size.width());
        return linear(joined, layer.wo());
    }

    /// Returns what is added to the scores so that no position attends to a later one, (T, T).
    private static NDArray mask(NDManager scope, int tokens) {
        float[] mask = new float[tokens * tokens];
        for (int t = 0; t < tokens; t++) {
            Arrays.fill(mask, t * tokens + t + 1, (t + 1) * tokens, MASKED);
        }
        return scope.create(mask, new Shape(tokens, tokens));
    }

    private static NDArray norm(NDArray x) {
        NDArray meanSquare = x.square().mean(new int[] {-1}, /* keepDims= */ true);
        return x.div(meanSquare.add(RMS_EPSILON).sqrt());
    }

    private static NDArray linear(NDArray x, NDArray weight) {
        return only(Linear.linear(x, weight));
    }

    private static NDArray only(NDList list) {
        return list.singletonOrThrow();
    }

    @Override
    public void close() {
        manager.close();
    }
}
