package dev.microgpt.engine.tensor;

import dev.microgpt.engine.training.Dropout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The backward pass over a batch. It runs in phases: within a phase, each position (or sequence, or row of a
/// weight) is independent of the others, so that a phase can be split among threads.
///
/// Tests compare the gradients with those of the scalar reference.
final class BackwardPass {

    /// The width from which on the gradient of a weight is computed in parts of at least half as many rows: each part
    /// copies all of dy.
    private static final int WIDE = 256;

    private final Layout layout;
    private final float[] params; // (size)
    private final Kernels kernels;
    private final Workspace workspace;
    private final Activations acts;
    private final Gradients grads;
    private final @Nullable HeadInputs headInputs;

    /// The layer of the current phase.
    private int layer;

    // Created once, so that a step allocates nothing.
    private final Workspace.GroupWork groupWork;
    private final Workers.Phase transposition;
    private final Workers.Phase logitsGradient = this::logitsGradient;
    private final Workers.Phase lastBackward = this::lastBackward;
    private final Workers.Phase attentionBackward = this::attentionBackward;
    private final Workers.Phase[] gradients; // of the weights and biases of a layer
    private final int[] gradientRows; // rows of the weight of each gradient
    private final int gradientGranularity; // rows
    private final Workers.Phase previousBackward = this::previousBackward;
    private final Workers.Phase headInputsBackward = this::headInputsBackward;
    private final Workers.Phase normGradients = this::normGradients;
    private final Workers.Phase finiteSquares = this::finiteSquares;

    private volatile boolean isFinite;

    BackwardPass(Weights weights, Workspace workspace) {
        this.workspace = workspace;
        layout = workspace.layout;
        kernels = workspace.kernels;
        groupWork = kernels::attentionBackward;
        acts = workspace.acts;
        grads = workspace.gradients();
        params = weights.array();
        headInputs = workspace.headInputs;
        transposition = (_, from, to) -> grads.transpose(kernels, weights, from, to);
        List<Workers.Phase> phases = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        if (layout.architecture.biases()) {
            phases.add(this::biasGradients);
            rows.add(1);
        }
        phases.addAll(
                List.of(this::fc2Gradient, this::fc1Gradient, this::qkvGradient, this::woGradient));
        rows.addAll(List.of(layout.f, layout.c, layout.c, layout.a));
        if (layout.architecture.isGated()) {
            phases.add(this::gateGradient);
            rows.add(layout.c);
        }
        gradients = phases.toArray(Workers.Phase[]::new);
        gradientRows = rows.stream().mapToInt(Integer::intValue).toArray();
        gradientGranularity = layout.c < WIDE ? Layout.PAD : WIDE / 2;
    }

    /// Returns the gradient of the last batch's loss, (size).
    float[] gradient() {
        return grads.params;
    }

    /// Returns whether the gradient passes [Kernels#haveFiniteSquares]. If not, it may still have finite squares.
    boolean hasFiniteSquares() {
        isFinite = true;
        workspace.run(finiteSquares, layout.size, Layout.PAD);
        return isFinite;
    }

    private void finiteSquares(int thread, int from, int to) {
        if (!kernels.haveFiniteSquares(grads.params, from, to)) {
            isFinite = false;
        }
    }

    /// Computes the gradient of the batch on which [ForwardPass#loss] was called last.
    void run() {
        grads.ensureRows(acts.rows, workspace.dropout().isActive());
        workspace.run(transposition, grads.matrices(), 1);
        workspace.run(logitsGradient, layout.c, gradientGranularity);
        layer = layout.layers - 1;
        workspace.runRows(lastBackward);
        for (; layer >= 0; layer--) {
            workspace.run(attentionBackward, workspace.units(acts.layers[layer].attention), 1);
            if (headInputs != null) {
                workspace.runRows(headInputsBackward);
            }
            workspace.run(gradients, gradientRows, gradientGranularity);
            workspace.runRows(previousBackward);
        }
        if (layout.architecture.hasNormParameters()) {
            workspace.run(normGradients, layout.c, Layout.PAD);
        }
        workspace.embeddings.backward(
                grads.dNorm, acts.cStride, acts.rows, acts.tokens, acts.positions, grads.params);
        grads.addTiedHead();
    }

    /// The phase from the logits back to the last layer's attention.
    private void lastBackward(int thread, int from, int to) {
        logitsBackward(from, to);
        mlpBackward(layer, from, to);
    }

    /// The phase from a layer's queries, keys and values back to the attention of the layer before, or to
    /// the embeddings.
    private void previousBackward(int thread, int from, int to) {
        qkvBackward(from, to);
        if (layer > 0) {
            mlpBackward(layer - 1, from, to);
        } else {
            embeddingNormBackward(from, to);
            workspace.dropout().apply(grads.dNorm, from, to, 0);
        }
    }

    /// Goes back from the gradient of the first layer's input to that of the embedding, which dNorm receives.
    private void embeddingNormBackward(int from, int to) {
        Norm norm = acts.embeddingNorm;
        if (norm == null) {
            int start = from * acts.cStride;
            System.arraycopy(grads.dx, start, grads.dNorm, start, (to - from) * acts.cStride);
            return;
        }
        norm.keepResultGradient(grads.dx, from, to);
        norm.backward(params, from, to, grads.dx, grads.dNorm, false);
    }

    /// Computes dW = x^T dy.
    ///
    /// @param from,to rows of the weight
    private void weightGradient(
            int thread,
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
                acts.rows,
                from,
                to,
                in,
                out,
                x,
                xStride,
                dy,
                dyStride,
                grads.params,
                weight,
                workspace.panels(thread));
    }

    /// @param from,to rows of the weight
    private void logitsGradient(int thread, int from, int to) {
        kernels.weightGradient(
                acts.rows,
                from,
                to,
                layout.c,
                layout.v,
                acts.headInput(),
                acts.cStride,
                acts.logits,
                acts.vStride,
                grads.head,
                Weights.headOffset(layout),
                workspace.panels(thread));
    }

    private void logitsBackward(int from, int to) {
        Norm norm = acts.finalNorm;
        workspace.multiply(
                from,
                to,
                layout.v,
                layout.c,
                acts.logits,
                acts.vStride,
                grads.transposedHead,
                Weights.headOffset(layout),
                norm == null ? grads.dx : norm.resultGradient(grads.dNorm),
                acts.cStride);
        if (norm != null) {
            norm.backward(params, from, to, grads.dNorm, grads.dx, false);
        }
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
        at.hidden.backward(grads.dHidden, from, to);
        float[] dNorm = at.mlpNorm.resultGradient(grads.dNorm);
        workspace.multiply(
                from,
                to,
                layout.f,
                layout.c,
                grads.dHidden,
                f,
                grads.transposed,
                layout.fc1(layerIndex),
                dNorm,
                c);
        if (layout.architecture.isGated()) {
            gateBackward(layerIndex, from, to, dNorm);
        }
        at.mlpNorm.backward(params, from, to, grads.dNorm, grads.dx, true);
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

    /// Adds the part of the gate to the gradient of the MLP's input.
    private void gateBackward(int layerIndex, int from, int to, float[] dNorm) {
        int c = acts.cStride;
        workspace.multiply(
                from,
                to,
                layout.f,
                layout.c,
                acts.layers[layerIndex].hidden.gateGradient(),
                acts.fStride,
                grads.transposed,
                layout.gate(layerIndex),
                acts.branch,
                c);
        kernels.add(acts.branch, from * c, dNorm, from * c, (to - from) * c);
    }

    /// Returns the gradient of the output of the attention: that of the residual stream, to which it is added, unless
    /// some of its numbers are dropped.
    private float[] attentionOutputGradient() {
        return workspace.dropout().isActive() ? grads.dAttention : grads.dx;
    }

    /// @param from,to rows of the weight
    private void fc2Gradient(int thread, int from, int to) {
        weightGradient(
                thread,
                from,
                to,
                layout.f,
                layout.c,
                acts.layers[layer].hidden.active,
                acts.fStride,
                grads.dMlp,
                acts.cStride,
                layout.fc2(layer));
    }

    /// @param from,to rows of the weight
    private void fc1Gradient(int thread, int from, int to) {
        hiddenGradient(thread, from, to, grads.dHidden, layout.fc1(layer));
    }

    /// @param from,to rows of the weight
    private void gateGradient(int thread, int from, int to) {
        hiddenGradient(
                thread, from, to, acts.layers[layer].hidden.gateGradient(), layout.gate(layer));
    }

    /// @param from,to rows of the weight
    private void hiddenGradient(int thread, int from, int to, float[] dy, int weight) {
        weightGradient(
                thread,
                from,
                to,
                layout.c,
                layout.f,
                acts.layers[layer].mlpNorm.y,
                acts.cStride,
                dy,
                acts.fStride,
                weight);
    }

    /// Computes the gradients of all biases of the layer.
    private void biasGradients(int thread, int from, int to) {
        VectorLayout.Layer vectors = layout.vectors.layers[layer];
        biasGradient(grads.dProjected, acts.pStride, layout.p, vectors.qkv());
        biasGradient(attentionOutputGradient(), acts.cStride, layout.c, vectors.wo());
        biasGradient(grads.dHidden, acts.fStride, layout.f, vectors.fc1());
        if (layout.architecture.isGated()) {
            float[] dGate = acts.layers[layer].hidden.gateGradient();
            biasGradient(dGate, acts.fStride, layout.f, vectors.gate());
        }
        biasGradient(grads.dMlp, acts.cStride, layout.c, vectors.fc2());
    }

    private void biasGradient(float[] dy, int stride, int width, int bias) {
        Rows.sumColumns(dy, stride, acts.rows, 0, width, grads.params, bias);
    }

    /// @param from,to columns
    private void normGradients(int thread, int from, int to) {
        acts.forEachNorm(norm -> norm.parameterGradients(acts.rows, from, to, grads.params));
    }

    /// @param from,to groups of heads of all documents
    private void attentionBackward(int thread, int from, int to) {
        workspace.runGroups(groupWork, acts.layers[layer].attention, thread, from, to);
    }

    private void headInputsBackward(int thread, int from, int to) {
        Activations.Layer at = acts.layers[layer];
        Objects.requireNonNull(headInputs)
                .backward(
                        from,
                        to,
                        acts.positions,
                        at.projected,
                        grads.dProjected,
                        acts.pStride,
                        at.attention.dqkv,
                        at.attention.qkvStride);
    }

    /// @param from,to rows of the weight
    private void woGradient(int thread, int from, int to) {
        AttentionBuffers buffers = acts.layers[layer].attention;
        weightGradient(
                thread,
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
    private void qkvGradient(int thread, int from, int to) {
        weightGradient(
                thread,
                from,
                to,
                layout.c,
                layout.p,
                acts.layers[layer].attnNorm.y,
                acts.cStride,
                grads.dProjected,
                acts.pStride,
                layout.qkv(layer));
    }

    private void qkvBackward(int from, int to) {
        Norm norm = acts.layers[layer].attnNorm;
        workspace.multiply(
                from,
                to,
                layout.p,
                layout.c,
                grads.dProjected,
                acts.pStride,
                grads.transposed,
                layout.qkv(layer),
                norm.resultGradient(grads.dNorm),
                acts.cStride);
        norm.backward(params, from, to, grads.dNorm, grads.dx, true);
    }
}
