package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.store.TestPostgres;
import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Every metric that the Grafana dashboard queries exists.
final class DashboardTest {

    /// Names of metrics have underscores, and neither functions nor labels of these queries do.
    private static final Pattern METRIC = Pattern.compile("\\b[a-z]+(?:_[a-z]+)+\\b");

    private static final Set<String> FUNCTIONS = Set.of("histogram_quantile", "label_values");

    private static Set<String> metrics(JsonNode dashboard) {
        Set<String> names = new HashSet<>();
        for (JsonNode query : dashboard.findValues("expr")) {
            addMetrics(query.asString(), names);
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            addMetrics(variable.path("query").path("query").asString(""), names);
        }
        return names;
    }

    private static void addMetrics(String query, Set<String> names) {
        Matcher matcher = METRIC.matcher(query.replaceAll("\\$\\w+", ""));
        while (matcher.find()) {
            names.add(matcher.group());
        }
        names.removeAll(FUNCTIONS);
    }

    @Test
    void everyMetricOfTheDashboardIsThere(@TempDir Path directory) throws IOException {
        JsonNode dashboard =
                Json.parse(Files.readString(Path.of("src/operations/grafana-dashboard.json")));
        Set<String> names = new HashSet<>();
        try (LocalService service = LocalService.start(directory)) {
            Api api = service.api();
            api.initSixNames("busy");
            api.step("busy", 100);
            try (Live live = Live.connect(api.port())) {
                live.send("subscribe", "session", "busy", "fromStep", 1);
                live.await("frame");
            }
            System.gc(); // a pause to be told of
            Metrics.of(api).names().forEach(names::add);
        }
        try (LocalService node =
                LocalService.start(
                        directory,
                        "--microgpt.store.url=" + TestPostgres.url(directory),
                        "--microgpt.cluster.enabled=true",
                        "--microgpt.cluster.size=1",
                        "--microgpt.cluster.member-port=" + FreePort.find(),
                        "--microgpt.cluster.forward-port=0",
                        "--microgpt.cluster.secret=0123456789-0123456789-0123456789")) {
            Metrics.of(node.api()).names().forEach(names::add);
        }

        assertThat(names).containsAll(metrics(dashboard));
    }

    @Test
    void theSourceOfTheDataIsAVariable() throws IOException {
        JsonNode dashboard =
                Json.parse(Files.readString(Path.of("src/operations/grafana-dashboard.json")));

        assertThat(metrics(dashboard)).contains("microgpt_steps_total", "jvm_memory_used_bytes");
        assertThat(dashboard.findValues("uid").stream().map(JsonNode::asString))
                .containsOnly("${datasource}", "microgpt-server");
    }
}
