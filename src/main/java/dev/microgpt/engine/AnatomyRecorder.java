package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keeps all numbers that it sees, by the names of their tensors.
final class AnatomyRecorder implements ForwardObserver {

    /// A row a position.
    record Rows(String formula, List<Value[]> rows) {}

    private final Map<String, Rows> tensors = new LinkedHashMap<>();

    @Override
    public void see(Activation what, int layer, int head, Value[] x) {
        tensors.computeIfAbsent(
                        what.tensor(layer, head), _ -> new Rows(what.formula(), new ArrayList<>()))
                .rows()
                .add(x.clone());
    }

    /// In the order in which they were computed.
    Map<String, Rows> tensors() {
        return tensors;
    }
}
