package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.scalar.Value;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Records all activations of a forward pass, by tensor name.
final class AnatomyRecorder implements ForwardObserver {

    /// The rows of one tensor, one per position.
    record Rows(String formula, List<Value[]> rows) {}

    private final Architecture architecture;
    private final Map<String, Rows> tensors = new LinkedHashMap<>();

    AnatomyRecorder(Architecture architecture) {
        this.architecture = architecture;
    }

    @Override
    public void observe(Activation activation, int layer, int head, Value[] x) {
        tensors.computeIfAbsent(
                        activation.tensor(architecture, layer, head),
                        _ -> new Rows(activation.formula(architecture), new ArrayList<>()))
                .rows()
                .add(x.clone());
    }

    /// Returns the recorded tensors, in the order in which they were computed.
    Map<String, Rows> tensors() {
        return tensors;
    }
}
