package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The forward and the backward pass over a batch, in phases: within one, each position (or sequence, or
/// row of a weight) is independent of the others, so that threads can share it.
///
/// The same operations as in the scalar reference, batch-wise: see `ScalarEngine`, which the tests hold
/// it to.
final class Passes {

    private final Layout layout;
    private final Kernels kernels;
    private final float[] params; // (size), see Layout
    private final float[] transposed; // (size), the linear layers' weights transposed, for backward
    private final float[] gradient; // (size)
    private final double worthwhile;
    private final Activations acts;
    private final AttentionScratch[] scratches = new AttentionScratch[Workers.PARTS];

    /// Of the batch at hand.
    private int rows; // N

    private boolean split;

    /// Of the phase at hand.
    private int layer;

    private @Nullable Capture capture;

    // Made once, as a step allocates nothing.
    private final Workers.Phase first = this::first;
    private final Workers.Phase attention = this::attention;
    private final Workers.Phase next = this::next;
    private final Workers.Phase documentLosses = this::documentLosses;
    private final Workers.Phase transposition = this::transposeWeights;
    private final Workers.Phase logitsGradient = this::logitsGradient;
    private final Workers.Phase lastBackward = this::lastBackward;
    private final Workers.Phase attentionBackward = this::attentionBackward;
    private final Workers.Phase[] gradients = {
        this::fc2Gradient, this::fc1Gradient, this::qkvGradient, this::woGradient
    };
    private final int[] gradientRows; // of each
    private final Workers.Phase previousBackward = this::previousBackward;

    /// @param worthwhile operations of a step from which on it is split among threads
    Passes(Layout layout, Kernels kernels, float[] params, float[] gradient, double worthwhile) {
        this.layout = layout;
        this.kernels = kernels;
        this.params = params;
        this.gradient = gradient;
        this.worthwhile = worthwhile;
        transposed = new float[layout.size];
        acts = new Activations(layout);
        gradientRows = new int[] {layout.f, layout.c, layout.c, layout.a};
    }

    /// Computes the gradient of a batch's loss.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    double lossAndGradient(int[][] batch) {
        begin(batch, null);
        forward();
        run(documentLosses, acts.documents, 1);
        double loss = 0;
        for (int b = 0; b < acts.documents; b++) {
            loss += acts.losses[b];
        }
        backward();
        return loss / acts.documents;
    }

    /// Runs the model over a sequence.
    ///
    /// @param tokens at most blockSize of them are read
    Capture capture(int[] tokens) {
        int[][] batch = {Arrays.copyOf(tokens, Math.min(tokens.length, layout.blockSize) + 1)};
        Capture result = Capture.ofSize(layout, batch[0].length - 1);
        begin(batch, result);
        forward();
        return result;
    }

    /// The cross-entropy of each token of a sequence after the first.
    ///
    /// @return in nats, (min(blockSize, tokens - 1))
    double[] losses(int[] tokens) {
        begin(new int[][] {tokens}, null);
        forward();
        double[] losses = new double[rows];
        for (int row = 0; row < rows; row++) {
            losses[row] = crossEntropy(row, row + 1, 1);
        }
        return losses;
    }

    private void begin(int[][] batch, @Nullable Capture show) {
        rows = acts.fill(batch, layout.blockSize);
        capture = show;
        split = show == null && operations(layout.size, rows) >= worthwhile;
    }

    /// Additions and multiplications of a step, about.
    static double operations(double params, double rows) {
        return 6 * params * rows;
    }

    /// Runs a phase of a step, on several threads if the last batch was large enough.
    void run(Workers.Phase phase, int units, int size) {
        if (split) {
            Workers.split(phase, units, size);
        } else {
            phase.run(0, 0, units);
        }
    }

    private void runRows(Workers.Phase phase) {
        run(phase, rows, Kernels.ROWS);
    }

    // ---- forward

    private void forward() {
        layer = 0;
        runRows(first);
        if (capture != null) {
            capture.takeEmbedding(acts.x, acts.cStride);
        }
        for (; layer < layout.layers; layer++) {
            AttentionBuffers buffers = acts.layers[layer].attention;
            buffers.weights = capture == null ? null : new float[layout.heads * rows * rows];
            run(attention, acts.documents * buffers.groups, 1);
            if (capture != null && buffers.weights != null) {
                capture.takeWeights(layer, buffers.weights);
                buffers.weights = null;
            }
            runRows(next);
        }
    }

    /// From the tokens to the first layer's queries, keys and values.
    private void first(int part, int from, int to) {
        embed(from, to);
        queries(0, from, to);
    }

    /// From a layer's attention to the next layer's queries, keys and values, or to the logits.
    private void next(int part, int from, int to) {
        mlp(from, to);
        if (layer + 1 < layout.layers) {
            queries(layer + 1, from, to);
        } else {
            logits(from, to);
        }
    }

    /// x = norm(token embedding + position embedding)
    private void embed(int from, int to) {
        kernels.embed(
                from,
                to,
                layout.c,
                params,
                layout.wte,
                acts.tokens,
                layout.wpe,
                acts.positions,
                acts.x,
                acts.cStride);
        norm(from, to, acts.norm0, acts.scale0);
        int stride = acts.cStride;
        System.arraycopy(acts.norm0, from * stride, acts.x, from * stride, (to - from) * stride);
    }

    /// q, k, v = Wqkv norm(x)
    private void queries(int of, int from, int to) {
        Activations.Layer at = acts.layers[of];
        norm(from, to, at.norm1, at.scale1);
        multiply(
                from,
                to,
                layout.c,
                3 * layout.a,
                at.norm1,
                acts.cStride,
                params,
                layout.qkv(of),
                at.attention.qkv,
                at.attention.qkvStride);
    }

    /// @param from,to groups of heads of all documents
    private void attention(int part, int from, int to) {
        AttentionBuffers buffers = acts.layers[layer].attention;
        AttentionScratch scratch = scratch(part);
        for (int i = from; i < to; i++) {
            int document = i / buffers.groups;
            int start = acts.starts[document];
            int tokens = acts.starts[document + 1] - start;
            kernels.attention(buffers, scratch, tokens, start, i % buffers.groups);
        }
    }

    private AttentionScratch scratch(int part) {
        AttentionScratch scratch = scratches[part];
        if (scratch == null) {
            scratch = new AttentionScratch(layout);
            scratches[part] = scratch;
        }
        return scratch;
    }

    /// x += Wo o, x += W2 relu(W1 norm(x))
    private void mlp(int from, int to) {
        Activations.Layer at = acts.layers[layer];
        AttentionBuffers buffers = at.attention;
        int c = acts.cStride;
        multiply(
                from,
                to,
                layout.a,
                layout.c,
                buffers.o,
                buffers.oStride,
                params,
                layout.wo(layer),
                acts.branch,
                c);
        kernels.add(acts.branch, from * c, acts.x, from * c, (to - from) * c);

        norm(from, to, at.norm2, at.scale2);
        int f = acts.fStride;
        multiply(
                from, to, layout.c, layout.f, at.norm2, c, params, layout.fc1(layer), at.hidden, f);
        if (capture != null) {
            capture.takeHidden(layer, at.hidden, f);
        }
        kernels.relu(at.hidden, from * f, (to - from) * f);
        multiply(
                from,
                to,
                layout.f,
                layout.c,
                at.hidden,
                f,
                params,
                layout.fc2(layer),
                acts.branch,
                c);
        kernels.add(acts.branch, from * c, acts.x, from * c, (to - from) * c);
    }

    private void logits(int from, int to) {
        multiply(
                from,
                to,
                layout.c,
                layout.v,
                acts.x,
                acts.cStride,
                params,
                layout.lmHead,
                acts.logits,
                acts.vStride);
    }

    /// @param from,to documents
    private void documentLosses(int part, int from, int to) {
        for (int b = from; b < to; b++) {
            int start = acts.starts[b];
            int end = acts.starts[b + 1];
            float factor = 1f / ((float) (end - start) * acts.documents);
            acts.losses[b] = crossEntropy(start, end, factor) / (end - start);
        }
    }

    private double crossEntropy(int from, int to, float factor) {
        return kernels.crossEntropy(
                from, to, layout.vocab, layout.v, acts.logits, acts.vStride, acts.targets, factor);
    }

    private void norm(int from, int to, float[] y, float[] scale) {
        kernels.rmsNorm(from, to, layout.width, layout.c, acts.x, y, acts.cStride, scale);
    }

    /// y = x W, or y = x W^T with the transposed weights.
    private void multiply(
            int from,
            int to,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] weights,
            int weight,
            float[] y,
            int yStride) {
        kernels.multiply(
                Activations.roundedRows(to - from),
                in,
                out,
                x,
                from * xStride,
                xStride,
                weights,
                weight,
                y,
                from * yStride,
                yStride);
    }

    /// Tells which hidden units the last batch has excited.
    void showExcited(StepObserver observer) {
        for (int of = 0; of < layout.layers; of++) {
            float[] hidden = acts.layers[of].hidden;
            for (int row = 0; row < rows; row++) {
                int start = row * acts.fStride;
                for (int unit = 0; unit < 4 * layout.width; unit++) {
                    if (hidden[start + unit] > 0) {
                        observer.excited(of, unit);
                    }
                }
            }
        }
    }

    // ---- backward

    private void backward() {
        run(transposition, 4 * layout.layers + 1, 1);
        run(logitsGradient, layout.c, Kernels.ROWS);
        layer = layout.layers - 1;
        runRows(lastBackward);
        for (; layer >= 0; layer--) {
            run(attentionBackward, acts.documents * acts.layers[layer].attention.groups, 1);
            runGradients();
            runRows(previousBackward);
        }
        collectEmbeddings();
    }

    private void runGradients() {
        if (split) {
            Workers.split(gradients, gradientRows, Kernels.ROWS);
            return;
        }
        for (int i = 0; i < gradients.length; i++) {
            gradients[i].run(0, 0, gradientRows[i]);
        }
    }

    /// From the logits to the last layer's attention.
    private void lastBackward(int part, int from, int to) {
        logitsBackward(from, to);
        mlpBackward(layer, from, to);
    }

    /// From a layer's queries, keys and values to the attention of the layer before, or to the
    /// embeddings.
    private void previousBackward(int part, int from, int to) {
        queriesBackward(from, to);
        if (layer > 0) {
            mlpBackward(layer - 1, from, to);
        } else {
            normBackward(from, to, acts.dx, acts.norm0, acts.scale0, acts.dNorm, false);
        }
    }

    /// @param from,to matrices
    private void transposeWeights(int part, int from, int to) {
        for (int i = from; i < to; i++) {
            int of = i / 4;
            if (of == layout.layers) {
                transpose(layout.c, layout.v, layout.lmHead);
                continue;
            }
            switch (i % 4) {
                case 0 -> transpose(layout.c, 3 * layout.a, layout.qkv(of));
                case 1 -> transpose(layout.a, layout.c, layout.wo(of));
                case 2 -> transpose(layout.c, layout.f, layout.fc1(of));
                default -> transpose(layout.f, layout.c, layout.fc2(of));
            }
        }
    }

    private void transpose(int in, int out, int weight) {
        kernels.transpose(in, out, params, transposed, weight);
    }

    /// dW = x^T dy
    ///
    /// @param from,to rows of the weight
    private void weightGradient(
            int from,
            int to,
            int in,
            int out,
            float[] x,
            int xStride,
            float[] dy,
            int dyStride,
            int weight) {
        kernels.weightGradient(rows, from, to, in, out, x, xStride, dy, dyStride, gradient, weight);
    }

    /// @param from,to rows of the weight
    private void logitsGradient(int part, int from, int to) {
        weightGradient(
                from,
                to,
                layout.c,
                layout.v,
                acts.x,
                acts.cStride,
                acts.logits,
                acts.vStride,
                layout.lmHead);
    }

    private void logitsBackward(int from, int to) {
        multiply(
                from,
                to,
                layout.v,
                layout.c,
                acts.logits,
                acts.vStride,
                transposed,
                layout.lmHead,
                acts.dx,
                acts.cStride);
    }

    private void normBackward(
            int from,
            int to,
            float[] dy,
            float[] y,
            float[] scale,
            float[] dx,
            boolean accumulate) {
        kernels.rmsNormBackward(
                from, to, layout.width, layout.c, dy, y, scale, acts.cStride, dx, accumulate);
    }

    /// From the gradient of a layer's output to that of its heads' outputs.
    private void mlpBackward(int of, int from, int to) {
        Activations.Layer at = acts.layers[of];
        int c = acts.cStride;
        int f = acts.fStride;
        System.arraycopy(acts.dx, from * c, acts.dMlp, from * c, (to - from) * c);
        multiply(
                from,
                to,
                layout.c,
                layout.f,
                acts.dx,
                c,
                transposed,
                layout.fc2(of),
                acts.dHidden,
                f);
        kernels.reluBackward(at.hidden, acts.dHidden, from * f, (to - from) * f);
        multiply(
                from,
                to,
                layout.f,
                layout.c,
                acts.dHidden,
                f,
                transposed,
                layout.fc1(of),
                acts.dNorm,
                c);
        normBackward(from, to, acts.dNorm, at.norm2, at.scale2, acts.dx, true);
        multiply(
                from,
                to,
                layout.c,
                layout.a,
                acts.dx,
                c,
                transposed,
                layout.wo(of),
                at.attention.dO,
                at.attention.oStride);
    }

    /// @param from,to rows of the weight
    private void fc2Gradient(int part, int from, int to) {
        weightGradient(
                from,
                to,
                layout.f,
                layout.c,
                acts.layers[layer].hidden,
                acts.fStride,
                acts.dMlp,
                acts.cStride,
                layout.fc2(layer));
    }

    /// @param from,to rows of the weight
    private void fc1Gradient(int part, int from, int to) {
        weightGradient(
                from,
                to,
                layout.c,
                layout.f,
                acts.layers[layer].norm2,
                acts.cStride,
                acts.dHidden,
                acts.fStride,
                layout.fc1(layer));
    }

    /// @param from,to groups of heads of all documents
    private void attentionBackward(int part, int from, int to) {
        AttentionBuffers buffers = acts.layers[layer].attention;
        AttentionScratch scratch = scratch(part);
        for (int i = from; i < to; i++) {
            int document = i / buffers.groups;
            int start = acts.starts[document];
            int tokens = acts.starts[document + 1] - start;
            kernels.attentionBackward(buffers, scratch, tokens, start, i % buffers.groups);
        }
    }

    /// @param from,to rows of the weight
    private void woGradient(int part, int from, int to) {
        AttentionBuffers buffers = acts.layers[layer].attention;
        weightGradient(
                from,
                to,
                layout.a,
                layout.c,
                buffers.o,
                buffers.oStride,
                acts.dx,
                acts.cStride,
                layout.wo(layer));
    }

    /// @param from,to rows of the weight
    private void qkvGradient(int part, int from, int to) {
        AttentionBuffers buffers = acts.layers[layer].attention;
        weightGradient(
                from,
                to,
                layout.c,
                3 * layout.a,
                acts.layers[layer].norm1,
                acts.cStride,
                buffers.dqkv,
                buffers.qkvStride,
                layout.qkv(layer));
    }

    private void queriesBackward(int from, int to) {
        Activations.Layer at = acts.layers[layer];
        multiply(
                from,
                to,
                3 * layout.a,
                layout.c,
                at.attention.dqkv,
                at.attention.qkvStride,
                transposed,
                layout.qkv(layer),
                acts.dNorm,
                acts.cStride);
        normBackward(from, to, acts.dNorm, at.norm1, at.scale1, acts.dx, true);
    }

    /// Adds each position's gradient to the rows of its token and its place.
    private void collectEmbeddings() {
        Arrays.fill(gradient, layout.wte, layout.lmHead, 0);
        kernels.embedBackward(
                rows,
                layout.c,
                acts.dNorm,
                acts.cStride,
                gradient,
                layout.wte,
                acts.tokens,
                layout.wpe,
                acts.positions);
    }
}
