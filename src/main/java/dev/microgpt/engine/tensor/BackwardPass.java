package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Dropout;

import java.util.Arrays;

/// The backward pass over a batch. It runs in phases: within a phase, each position (or sequence, or row of a
/// weight) is independent of the others, so that a phase can be split among threads.
///
/// Tests compare the gradients with those of the scalar reference.
final class BackwardPass {

    private final Layout layout;
    private final Kernels kernels;
    private final Workspace workspace;
    private final Activations acts;
    private final Gradients grads;

    /// The layer of the current phase.
    private int layer;

    // Created once, so that a step allocates nothing.
    private final Workspace.GroupWork groupWork;
    private final Workers.Phase transposition;
    private final Workers.Phase logitsGradient = this::logitsGradient;
    private final Workers.Phase lastBackward = this::lastBackward;
    private final Workers.Phase attentionBackward = this::attentionBackward;
    private final Workers.Phase[] gradients = {
        this::fc2Gradient, this::fc1Gradient, this::qkvGradient, this::woGradient
    };
    private final int[] gradientRows; // rows of the weight of each gradient
    private final Workers.Phase previousBackward = this::previousBackward;

    BackwardPass(Weights weights, Workspace workspace) {
        this.workspace = workspace;
        layout = workspace.layout;
        kernels = workspace.kernels;
        groupWork = kernels::attentionBackward;
        acts = workspace.acts;
        grads = workspace.gradients();
        float[] params = weights.array();
        transposition = (_, from, to) -> grads.transpose(kernels, params, from, to);
        gradientRows = new int[] {layout.f, layout.c, layout.c, layout.a};
    }

    /// Returns the gradient of the last batch's loss, (size).
    float[] gradient() {
        return grads.params;
    }

    /// Computes the gradient of the batch on which [ForwardPass#loss] was called last.
    void run() {
        grads.ensureRows(acts.rows, workspace.dropout().isActive());
        workspace.run(transposition, grads.matrices(), 1);
        workspace.run(logitsGradient, layout.c, Kernels.ROWS);
        layer = layout.layers - 1;
        workspace.runRows(lastBackward);
        for (; layer >= 0; layer--) {
            workspace.run(
                    attentionBackward, acts.documents * acts.layers[layer].attention.groups, 1);
            workspace.run(gradients, gradientRows, Kernels.ROWS);
            workspace.runRows(previousBackward);
        }
        collectEmbeddings();
    }

    /// The phase from the logits back to the last layer's attention.
    private void lastBackward(int part, int from, int to) {
        logitsBackward(from, to);
        mlpBackward(layer, from, to);
    }

    /// The phase from a layer's queries, keys and values back to the attention of the layer before, or to
    /// the embeddings.
    private void previousBackward(int part, int from, int to) {
        qkvBackward(from, to);
        if (layer > 0) {
            mlpBackward(layer - 1, from, to);
        } else {
            normBackward(from, to, grads.dx, acts.norm0, acts.scale0, grads.dNorm, false);
            workspace.dropout().apply(grads.dNorm, from, to, 0);
        }
    }

    /// Computes dW = x^T dy.
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
        kernels.weightGradient(
                acts.rows, from, to, in, out, x, xStride, dy, dyStride, grads.params, weight);
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
        workspace.multiply(
                from,
                to,
                layout.v,
                layout.c,
                acts.logits,
                acts.vStride,
                grads.transposed,
                layout.lmHead,
                grads.dx,
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

    /// Goes back from the gradient of a layer's output to the gradient of its heads' outputs.
    private void mlpBackward(int layerIndex, int from, int to) {
        Activations.Layer at = acts.layers[layerIndex];
        int c = acts.cStride;
        int f = acts.fStride;
        System.arraycopy(grads.dx, from * c, grads.dMlp, from * c, (to - from) * c);
        workspace.dropout().apply(grads.dMlp, from, to, Dropout.ofMlp(layerIndex));
        workspace.multiply(
                from,
                to,
                layout.c,
                layout.f,
                grads.dMlp,
                c,
                grads.transposed,
                layout.fc2(layerIndex),
                grads.dHidden,
                f);
        kernels.reluBackward(at.hidden, grads.dHidden, from * f, (to - from) * f);
        workspace.multiply(
                from,
                to,
                layout.f,
                layout.c,
                grads.dHidden,
                f,
                grads.transposed,
                layout.fc1(layerIndex),
                grads.dNorm,
                c);
        normBackward(from, to, grads.dNorm, at.norm2, at.scale2, grads.dx, true);
        float[] dAttention = attentionOutputGradient();
        if (workspace.dropout().isActive()) {
            System.arraycopy(grads.dx, from * c, dAttention, from * c, (to - from) * c);
            workspace.dropout().apply(dAttention, from, to, Dropout.ofAttention(layerIndex));
        }
        workspace.multiply(
                from,
                to,
                layout.c,
                layout.a,
                dAttention,
                c,
                grads.transposed,
                layout.wo(layerIndex),
                at.attention.dO,
                at.attention.oStride);
    }

    /// Returns the gradient of the output of the attention: that of the residual stream, to which it is added, unless
    /// some of its numbers are dropped.
    private float[] attentionOutputGradient() {
        return workspace.dropout().isActive() ? grads.dAttention : grads.dx;
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
                grads.dMlp,
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
                grads.dHidden,
                acts.fStride,
                layout.fc1(layer));
    }

    /// @param from,to groups of heads of all documents
    private void attentionBackward(int part, int from, int to) {
        workspace.runGroups(groupWork, acts.layers[layer].attention, part, from, to);
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
                attentionOutputGradient(),
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

    private void qkvBackward(int from, int to) {
        Activations.Layer at = acts.layers[layer];
        workspace.multiply(
                from,
                to,
                3 * layout.a,
                layout.c,
                at.attention.dqkv,
                at.attention.qkvStride,
                grads.transposed,
                layout.qkv(layer),
                grads.dNorm,
                acts.cStride);
        normBackward(from, to, grads.dNorm, at.norm1, at.scale1, grads.dx, true);
    }

    /// Adds each position's gradient to the rows of its token and its position.
    private void collectEmbeddings() {
        Arrays.fill(grads.params, layout.wte, layout.lmHead, 0);
        kernels.embedBackward(
                acts.rows,
                layout.c,
                grads.dNorm,
                acts.cStride,
                grads.params,
                layout.wte,
                acts.tokens,
                layout.wpe,
                acts.positions);
    }
}
