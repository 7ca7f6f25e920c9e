package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// What Prometheus would read of a service at one moment.
///
/// @param values by name with labels, as they are written
record Metrics(Map<String, Double> values) {

    static Metrics of(Api api) {
        Reply reply = api.send(api.root("/actuator/prometheus"));
        assertThat(reply.status()).isEqualTo(200);
        Map<String, Double> values = new LinkedHashMap<>();
        reply.body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(
                        line -> {
                            int space = line.lastIndexOf(' ');
                            values.put(
                                    line.substring(0, space),
                                    Double.valueOf(line.substring(space + 1)));
                        });
        return new Metrics(values);
    }

    /// @param name with labels, as it is written
    double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new AssertionError("there is no " + name);
        }
        return value;
    }

    /// The names without labels.
    Iterable<String> names() {
        return values.keySet().stream()
                .map(name -> name.replaceFirst("\\{.*", ""))
                .collect(Collectors.toSet());
    }
}
