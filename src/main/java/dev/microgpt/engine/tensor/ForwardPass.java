package dev.microgpt.engine.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The forward pass over a batch, in phases: within one, each position (or sequence) is independent of
/// the others, so that threads can share it. It reads the parameters as they are at each call.
///
/// The same operations as in the scalar reference, batch-wise: see `ScalarModel`, which the tests hold
/// it to.
public final class ForwardPass {

    /// The cross-entropy of a token up to which training can go on. Beyond it the reciprocal of the
    /// token's probability, which is the derivative of its logarithm, is no double any more, and the
    /// reference's gradient is not finite.
    static final double MAX_TOKEN_LOSS = Math.log(Double.MAX_VALUE);

    private final Layout layout;
    private final Kernels kernels;
    private final float[] params; // (size), see Layout
    private final Workspace workspace;
    private final Activations acts;

    /// Of the phase at hand.
    private int layer;

    private @Nullable ForwardCapture capture;

    // Made once, as a step allocates nothing.
    private final Workspace.GroupWork groupWork;
    private final Workers.Phase first = this::first;
    private final Workers.Phase attention = this::attention;
    private final Workers.Phase next = this::next;
    private final Workers.Phase documentLosses = this::documentLosses;

    /// A pass with buffers of its own.
    public ForwardPass(Weights weights) {
        this(weights, new Workspace(weights.layout(), KernelProvider.kernels()));
    }

    ForwardPass(Weights weights, Workspace workspace) {
        this.workspace = workspace;
        layout = workspace.layout;
        kernels = workspace.kernels;
        groupWork = kernels::attention;
        params = weights.array();
        acts = workspace.acts;
    }

    /// The loss of a batch. Leaves behind what the backward pass needs: the activations, and in place of
    /// the logits their gradient.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats; infinite
    ///     where that of a token is above [#MAX_TOKEN_LOSS]
    double loss(int[][] batch) {
        workspace.begin(batch);
        forward(null);
        workspace.run(documentLosses, acts.documents, 1);
        double loss = 0;
        for (int b = 0; b < acts.documents; b++) {
            loss += acts.losses[b];
        }
        return loss / acts.documents;
    }

    /// Runs the model over a sequence, and shows what it does.
    ///
    /// @param tokens at most blockSize of them are read
    public ForwardCapture capture(int[] tokens) {
        int[][] batch = {Arrays.copyOf(tokens, Math.min(tokens.length, layout.blockSize) + 1)};
        ForwardCapture result = ForwardCapture.ofSize(layout, batch[0].length - 1);
        workspace.beginOnOneThread(batch);
        forward(result);
        return result;
    }

    /// The cross-entropy of each token of a sequence after the first, given those before it. Tokens
    /// beyond blockSize are left out.
    ///
    /// @param tokens at least two
    /// @return in nats, (min(blockSize, tokens - 1))
    public double[] losses(int[] tokens) {
        workspace.begin(new int[][] {tokens});
        forward(null);
        double[] losses = new double[acts.rows];
        for (int row = 0; row < losses.length; row++) {
            losses[row] = crossEntropy(row, row + 1, 1, Double.POSITIVE_INFINITY);
        }
        return losses;
    }

    /// Runs the model over a batch that the workspace has taken.
    private void forward(@Nullable ForwardCapture show) {
        capture = show;
        layer = 0;
        workspace.runRows(first);
        if (capture != null) {
            capture.takeEmbedding(acts.x, acts.cStride);
        }
        for (; layer < layout.layers; layer++) {
            AttentionBuffers buffers = acts.layers[layer].attention;
            buffers.weights =
                    capture == null ? null : new float[layout.heads * acts.rows * acts.rows];
            workspace.run(attention, acts.documents * buffers.groups, 1);
            if (capture != null && buffers.weights != null) {
                capture.takeWeights(layer, buffers.weights);
                buffers.weights = null;
            }
            workspace.runRows(next);
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
        workspace.multiply(
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
        workspace.runGroups(groupWork, acts.layers[layer].attention, part, from, to);
    }

    /// x += Wo o, x += W2 relu(W1 norm(x))
    private void mlp(int from, int to) {
        Activations.Layer at = acts.layers[layer];
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
        kernels.add(acts.branch, from * c, acts.x, from * c, (to - from) * c);

        norm(from, to, at.norm2, at.scale2);
        int f = acts.fStride;
        workspace.multiply(
                from, to, layout.c, layout.f, at.norm2, c, params, layout.fc1(layer), at.hidden, f);
        if (capture != null) {
            capture.takeHidden(layer, at.hidden, f);
        }
        kernels.relu(at.hidden, from * f, (to - from) * f);
        workspace.multiply(
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
        workspace.multiply(
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
            acts.losses[b] = crossEntropy(start, end, factor, MAX_TOKEN_LOSS) / (end - start);
        }
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

    private void norm(int from, int to, float[] y, float[] scale) {
        kernels.rmsNorm(from, to, layout.width, layout.c, acts.x, y, acts.cStride, scale);
    }

    /// Tells which hidden units the last batch has excited.
    void showExcited(StepObserver observer) {
        for (int of = 0; of < layout.layers; of++) {
            float[] hidden = acts.layers[of].hidden;
            for (int row = 0; row < acts.rows; row++) {
                int start = row * acts.fStride;
                for (int unit = 0; unit < 4 * layout.width; unit++) {
                    if (hidden[start + unit] > 0) {
                        observer.excited(of, unit);
                    }
                }
            }
        }
    }
}
