package dev.microgpt.wire;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The history of a session as one table. The first column tells from which list of the history a row is; the last ones
/// are the options that a schedule or a change has.
final class HistoryTable {

    private static final List<String> FIRST_COLUMNS =
            List.of(
                    "list",
                    "step",
                    "at",
                    "kind",
                    "run",
                    "parent",
                    "reason",
                    "documents",
                    "vocabSize",
                    "characters",
                    "text",
                    "known",
                    "loss");

    private final HistoryReply history;

    HistoryTable(HistoryReply history) {
        this.history = history;
    }

    List<String> columns() {
        Set<String> columns = new LinkedHashSet<>(FIRST_COLUMNS);
        history.schedule().forEach(phase -> columns.addAll(phase.options().keySet()));
        for (HistoryReply.Event event : history.events()) {
            if (event.steering() != null) {
                columns.addAll(event.steering().values().keySet());
            }
        }
        columns.add("learningRate"); // of samples; last if there is no schedule
        return List.copyOf(columns);
    }

    Stream<List<@Nullable Object>> rows() {
        List<String> columns = columns();
        List<ValidationLossReply> validation =
                history.validation() == null ? List.of() : history.validation();
        return Stream.of(
                        history.events().stream().map(HistoryTable::values),
                        history.schedule().stream().map(HistoryTable::values),
                        history.samples().stream().map(HistoryTable::values),
                        validation.stream().map(HistoryTable::values))
                .flatMap(values -> values)
                .map(values -> row(columns, values));
    }

    private static List<@Nullable Object> row(List<String> columns, Map<String, Object> values) {
        List<@Nullable Object> row = new ArrayList<>(columns.size());
        columns.forEach(column -> row.add(values.get(column)));
        return row;
    }

    private static Map<String, Object> values(HistoryReply.Event event) {
        Map<String, Object> values = valuesOf("events", event.step());
        values.put("at", event.at());
        values.put("kind", event.kind());
        putIfPresent(values, "run", event.run());
        putIfPresent(values, "parent", event.parent());
        putIfPresent(values, "reason", event.reason());
        if (event.continued() != null) {
            values.put("documents", event.continued().documents());
            values.put("vocabSize", event.continued().vocabSize());
            values.put("characters", event.continued().characters());
        }
        if (event.steering() != null) {
            values.putAll(event.steering().values());
        }
        return values;
    }

    private static Map<String, Object> values(HistoryReply.Scheduled phase) {
        Map<String, Object> values = valuesOf("schedule", phase.fromStep());
        values.putAll(phase.options());
        return values;
    }

    private static Map<String, Object> values(HistoryReply.Text sample) {
        Map<String, Object> values = valuesOf("samples", sample.step());
        values.put("learningRate", sample.learningRate());
        values.put("text", sample.text());
        values.put("known", sample.known());
        return values;
    }

    private static Map<String, Object> values(ValidationLossReply validation) {
        Map<String, Object> values = valuesOf("validation", validation.step());
        values.put("loss", validation.loss());
        return values;
    }

    private static Map<String, Object> valuesOf(String list, long step) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("list", list);
        values.put("step", step);
        return values;
    }

    private static void putIfPresent(
            Map<String, Object> values, String column, @Nullable Object value) {
        if (value != null) {
            values.put(column, value);
        }
    }
}
