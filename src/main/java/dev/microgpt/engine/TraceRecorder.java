package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;

import java.util.ArrayList;
import java.util.List;

/// Records a [Trace] of each position of a forward pass.
final class TraceRecorder implements ForwardObserver {

    private final int numLayers;
    private final int numHeads;
    private final List<Trace> traces = new ArrayList<>();
    private double[] embedding = {};
    private double[][][] attentionWeights = {};
    private double[][] mlpActivations = {};

    TraceRecorder(ModelShape shape) {
        numLayers = shape.nLayer();
        numHeads = shape.nHead();
    }

    @Override
    public void observe(Activation activation, int layer, int head, Value[] x) {
        switch (activation) {
            case EMBEDDING -> {
                embedding = ScalarModel.data(x);
                attentionWeights = new double[numLayers][numHeads][];
                mlpActivations = new double[numLayers][];
            }
            case ATTN_WEIGHTS -> attentionWeights[layer][head] = ScalarModel.data(x);
            case MLP_HIDDEN, MLP_GATE -> mlpActivations[layer] = ScalarModel.data(x);
            case LOGITS -> traces.add(new Trace(embedding, attentionWeights, mlpActivations, null));
            default -> {}
        }
    }

    List<Trace> traces() {
        return traces;
    }
}
