package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Dropout;
import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The forward pass over a batch. It runs in phases: within a phase, each position (or sequence) is
/// independent of the others, so that a phase can be split among threads. Each call uses the current
/// parameters. Not thread-safe.
///
/// It performs the operations of the scalar reference, `ScalarModel`, on whole batches. Tests compare the
/// two.
public final class ForwardPass {

    /// The largest cross-entropy of a token with which training can continue. Beyond it, the reciprocal of
    /// the token's probability, which is the derivative of its logarithm, overflows a double, so that the
    /// gradient of the reference is not finite.
    static final double MAX_TOKEN_LOSS = Math.log(Double.MAX_VALUE);

    private static final int MAX_POSITIONS = 128;

    /// Numbers of a batch that need little memory.
    private static final long SMALL = 1 << 17;

    private final Layout layout;
    private final Kernels kernels;
    private final Weights weights;
    private final float[] params; // (size), see Layout
    private final Workspace workspace;
    private final Activations acts;
    private final Embeddings embeddings;
    private final @Nullable HeadInputs headInputs;

    /// The layer of the current phase.
    private int layer;

    private @Nullable ForwardCapture capture;

    /// Of the current training step.
    private double labelSmoothing;

    // Created once, so that a step allocates nothing.
    private final Workspace.GroupWork groupWork;
    private final Workers.Phase firstPhase = this::firstPhase;
    private final Workers.Phase attention = this::attention;
    private final Workers.Phase layerPhase = this::layerPhase;
    private final Workers.Phase documentLosses = this::documentLosses;

    /// Creates a forward pass with its own buffers.
    public ForwardPass(Weights weights) {
        this(weights, new Workspace(weights.layout(), KernelProvider.kernels()));
    }

    ForwardPass(Weights weights, Workspace workspace) {
        this.workspace = workspace;
        layout = workspace.layout;
        kernels = workspace.kernels;
        groupWork = kernels::attention;
        this.weights = weights;
        params = weights.array();
        acts = workspace.acts;
        embeddings = workspace.embeddings;
        headInputs = workspace.headInputs;
    }

    /// Returns the loss of a batch. Leaves in the workspace what the backward pass needs: the activations,
    /// and in place of the logits their gradient.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats; infinite
    ///     if the cross-entropy of a token is above [#MAX_TOKEN_LOSS]
    double loss(int[][] batch, StepSettings settings) {
        workspace.begin(batch, settings.dropout(), settings.step());
        labelSmoothing = settings.labelSmoothing();
        forward(null);
        workspace.run(documentLosses, acts.sequences.count, 1);
        double loss = 0;
        for (int b = 0; b < acts.sequences.count; b++) {
            loss += acts.losses[b];
        }
        return loss / acts.sequences.count;
    }

    /// Runs the model over a sequence, and returns its visible activations.
    ///
    /// @param tokens the sequence, of which at most blockSize tokens are read
    public ForwardCapture capture(int[] tokens) {
        int[][] batch = {Arrays.copyOf(tokens, Math.min(tokens.length, layout.blockSize) + 1)};
        ForwardCapture result = ForwardCapture.ofSize(layout, batch[0].length - 1);
        workspace.beginOnOneThread(batch);
        forward(result);
        return result;
    }

    /// Returns the cross-entropy of each token of a sequence after the first, given the tokens before it.
    ///
    /// @param tokens at least two; those after the first blockSize + 1 are ignored
    /// @return in nats, (min(blockSize, tokens - 1))
    public double[] losses(int[] tokens) {
        return losses(new int[][] {tokens})[0];
    }

    /// Returns the cross-entropies of several sequences, each as [#losses(int\[\])] does, to the bit.
    public double[][] losses(int[][] sequences) {
        workspace.begin(sequences);
        forward(null);
        double[] all = new double[acts.rows];
        kernels.crossEntropies(
                0, acts.rows, layout.vocab, layout.v, acts.logits, acts.vStride, acts.targets, all);
        double[][] losses = new double[sequences.length][];
        Arrays.setAll(
                losses,
                i ->
                        Arrays.copyOfRange(
                                all, acts.sequences.starts[i], acts.sequences.starts[i + 1]));
        return losses;
    }

    /// Returns how many positions are computed at a time with little memory; less than twice blockSize if the model is
    /// too wide.
    public static int positionsAtATime(Weights weights) {
        Layout layout = weights.layout();
        long perPosition = (long) layout.layers * (layout.c + layout.p + layout.a + layout.f);
        return (int) Math.max(layout.blockSize, Math.min(SMALL / perPosition, MAX_POSITIONS));
    }

    /// Runs the model over the batch in the workspace.
    ///
    /// @param target receives the visible activations; null for none
    private void forward(@Nullable ForwardCapture target) {
        capture = target;
        layer = 0;
        workspace.runRows(firstPhase);
        if (capture != null) {
            capture.setEmbedding(acts.x, acts.cStride);
        }
        for (; layer < layout.layers; layer++) {
            AttentionBuffers buffers = acts.layers[layer].attention;
            buffers.weights =
                    capture == null ? null : new float[layout.heads * acts.rows * acts.rows];
            workspace.run(attention, workspace.units(buffers), 1);
            if (capture != null && buffers.weights != null) {
                capture.setWeights(layer, buffers.weights);
                buffers.weights = null;
            }
            workspace.runRows(layerPhase);
        }
    }

    /// The phase from the tokens to the first layer's queries, keys and values.
    private void firstPhase(int thread, int from, int to) {
        embed(from, to);
        projectQkv(0, from, to);
    }

    /// The phase from a layer's attention to the next layer's queries, keys and values, or to the logits.
    private void layerPhase(int thread, int from, int to) {
        mlp(from, to);
        if (layer + 1 < layout.layers) {
            projectQkv(layer + 1, from, to);
        } else {
            logits(from, to);
        }
    }

    /// x = norm(token embedding + position embedding)
    private void embed(int from, int to) {
        int stride = acts.cStride;
        embeddings.forward(params, acts.tokens, acts.positions, from, to, acts.x, stride);
        workspace.dropout().apply(acts.x, from, to, 0);
        Norm norm = acts.embeddingNorm;
        if (norm != null) {
            norm.forward(params, from, to, acts.x);
            System.arraycopy(norm.y, from * stride, acts.x, from * stride, (to - from) * stride);
        }
    }

    /// q, k, v = Wqkv norm(x)
    private void projectQkv(int layerIndex, int from, int to) {
        Activations.Layer at = acts.layers[layerIndex];
        at.attnNorm.forward(params, from, to, acts.x);
        workspace.multiply(
                from,
                to,
                layout.c,
                layout.p,
                at.attnNorm.y,
                acts.cStride,
                params,
                layout.qkv(layerIndex),
                at.projected,
                acts.pStride);
        addBias(
                layout.vectors.layers[layerIndex].qkv(),
                at.projected,
                acts.pStride,
                from,
                to,
                layout.p);
        if (headInputs != null) {
            headInputs.forward(
                    from,
                    to,
                    acts.positions,
                    at.projected,
                    acts.pStride,
                    at.attention.qkv,
                    at.attention.qkvStride);
        }
    }

    /// @param bias offset, see [VectorLayout]
    private void addBias(int bias, float[] y, int stride, int from, int to, int width) {
        if (bias != VectorLayout.NONE) {
            Rows.add(kernels, params, bias, y, stride, from, to, width);
        }
    }

    /// @param from,to groups of heads of all documents
    private void attention(int thread, int from, int to) {
        workspace.runGroups(groupWork, acts.layers[layer].attention, thread, from, to);
    }

    /// x += Wo o, x += W2 relu(W1 norm(x))
    private void mlp(int from, int to) {
        Activations.Layer at = acts.layers[layer];
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        AttentionBuffers buffers = at.attention;
        int c = acts.cStride;
        workspace.multiply(
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
        addBranch(from, to, vectors.wo(), Dropout.ofAttention(layer));

        at.mlpNorm.forward(params, from, to, acts.x);
        int f = acts.fStride;
        HiddenLayer hidden = at.hidden;
        projectHidden(from, to, layout.fc1(layer), vectors.fc1(), hidden.product);
        if (layout.architecture.isGated()) {
            projectHidden(from, to, layout.gate(layer), vectors.gate(), hidden.gate);
        }
        if (capture != null) {
            capture.setHidden(layer, hidden.input(), f);
        }
        hidden.forward(from, to);
        workspace.multiply(
                from,
                to,
                layout.f,
                layout.c,
                hidden.active,
                f,
                params,
                layout.fc2(layer),
                acts.branch,
                c);
        addBranch(from, to, vectors.fc2(), Dropout.ofMlp(layer));
    }

    /// @param weight,bias offsets
    private void projectHidden(int from, int to, int weight, int bias, float[] y) {
        float[] x = acts.layers[layer].mlpNorm.y;
        workspace.multiply(
                from, to, layout.c, layout.f, x, acts.cStride, params, weight, y, acts.fStride);
        addBias(bias, y, acts.fStride, from, to, layout.f);
    }

    /// Adds the output of a block to the residual stream.
    ///
    /// @param bias offset of that of the block's last product
    /// @param place see [Dropout]
    private void addBranch(int from, int to, int bias, int place) {
        int c = acts.cStride;
        addBias(bias, acts.branch, c, from, to, layout.c);
        workspace.dropout().apply(acts.branch, from, to, place);
        kernels.add(acts.branch, from * c, acts.x, from * c, (to - from) * c);
    }

    private void logits(int from, int to) {
        if (acts.finalNorm != null) {
            acts.finalNorm.forward(params, from, to, acts.x);
        }
        workspace.multiply(
                from,
                to,
                layout.c,
                layout.v,
                acts.headInput(),
                acts.cStride,
                weights.head(),
                weights.headOffset(),
                acts.logits,
                acts.vStride);
    }

    /// @param from,to documents
    private void documentLosses(int thread, int from, int to) {
        for (int b = from; b < to; b++) {
            int start = acts.sequences.starts[b];
            int end = acts.sequences.starts[b + 1];
            float factor = 1f / ((float) (end - start) * acts.sequences.count);
            double loss =
                    labelSmoothing == 0
                            ? crossEntropy(start, end, factor, MAX_TOKEN_LOSS)
                            : smoothedCrossEntropy(start, end, factor);
            acts.losses[b] = loss / (end - start);
        }
    }

    /// Returns the sum of the cross-entropies of some rows against targets that are mixed with the uniform
    /// distribution, and replaces the logits by their gradient.
    ///
    /// With e = labelSmoothing, that of a row is (1 - e) times the plain one plus e times the mean over all tokens, which
    /// is e times the target's logit minus the mean logit more than the plain one.
    ///
    /// Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015).
    private double smoothedCrossEntropy(int from, int to, float factor) {
        double spread = 0;
        for (int row = from; row < to; row++) {
            int start = row * acts.vStride;
            double sum = 0;
            for (int token = 0; token < layout.vocab; token++) {
                sum += acts.logits[start + token];
            }
            spread += acts.logits[start + acts.targets[row]] - sum / layout.vocab;
        }
        double plain = crossEntropy(from, to, factor, MAX_TOKEN_LOSS);
        float onTarget = (float) (labelSmoothing * factor);
        float onEach = (float) (labelSmoothing * factor / layout.vocab);
        for (int row = from; row < to; row++) {
            int start = row * acts.vStride;
            for (int token = 0; token < layout.vocab; token++) {
                acts.logits[start + token] -= onEach;
            }
            acts.logits[start + acts.targets[row]] += onTarget;
        }
        return plain + labelSmoothing * spread;
    }

    private double crossEntropy(int from, int to, float factor, double limit) {
        return kernels.crossEntropy(
                from,
                to,
                layout.vocab,
                layout.v,
                acts.logits,
                acts.vStride,
                acts.targets,
                factor,
                limit);
    }

    /// Reports the hidden units that the last batch has activated.
    void reportActiveUnits(StepObserver observer) {
        for (int layerIndex = 0; layerIndex < layout.layers; layerIndex++) {
            float[] hidden = acts.layers[layerIndex].hidden.input();
            for (int row = 0; row < acts.rows; row++) {
                int start = row * acts.fStride;
                for (int unit = 0; unit < layout.hidden; unit++) {
                    if (hidden[start + unit] > 0) {
                        observer.activeUnit(layerIndex, unit);
                    }
                }
            }
        }
    }
}
