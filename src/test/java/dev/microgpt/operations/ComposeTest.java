package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.documents.Settings;
import dev.microgpt.support.Json;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The files of a cluster in containers agree with each other and with the service.
final class ComposeTest {

    /// Of the specification of Compose, what this file uses.
    private static final Set<String> KEYS =
            Set.of(
                    "build",
                    "cap_drop",
                    "command",
                    "cpus",
                    "depends_on",
                    "environment",
                    "healthcheck",
                    "image",
                    "logging",
                    "mem_limit",
                    "networks",
                    "pids_limit",
                    "ports",
                    "read_only",
                    "restart",
                    "security_opt",
                    "shm_size",
                    "stop_grace_period",
                    "stop_signal",
                    "tmpfs",
                    "user",
                    "volumes");

    private static final Pattern PINNED = Pattern.compile("[a-z/-]+:v?\\d+\\.\\d+[\\w.]*");
    private static final Pattern SERVER = Pattern.compile("server (\\S+) ");

    private final ComposeFile compose = new ComposeFile();

    private Map<String, JsonNode> services() {
        Map<String, JsonNode> services = new TreeMap<>();
        compose.root()
                .path("services")
                .properties()
                .forEach(entry -> services.put(entry.getKey(), entry.getValue()));
        return services;
    }

    /// Returns a variable of a node.
    private String value(String node, String variable) {
        return compose.service(node).path("environment").path(variable).asString();
    }

    private String address(String service, String network) {
        return compose.service(service)
                .path("networks")
                .path(network)
                .path("ipv4_address")
                .asString();
    }

    private Set<String> networks(String service) {
        JsonNode networks = compose.service(service).path("networks");
        return networks.isArray()
                ? Set.copyOf(Json.strings(networks))
                : networks.propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    @Test
    void allThatTheFilesSayIsKnown() {
        services()
                .forEach(
                        (name, service) ->
                                assertThat(service.propertyNames()).as(name).isSubsetOf(KEYS));
        assertThat(compose.nodes()).hasSize(3);
        for (String node : compose.nodes()) {
            assertThat(compose.service(node).path("environment").propertyNames())
                    .allMatch(Settings::existsInEnvironment);
        }
    }

    @Test
    void nothingStartsWithoutSecrets() {
        assertThat(ComposeFile.variables().keySet())
                .containsExactlyInAnyOrderElementsOf(ComposeFile.exampleVariables());
        assertThat(ComposeFile.variables().values().stream().filter(value -> !value.isEmpty()))
                .containsExactly("443"); // the port
        for (String line : YamlFile.text("compose.yaml").lines().toList()) {
            if (line.matches(".*(PASSWORD|SECRET|HASH|_KEYS_)\\w*: .*")) {
                assertThat(line).matches(".*: \\$\\{[A-Z_]+:\\?}");
            }
        }
    }

    @Test
    void servicesAreRestricted() {
        services()
                .forEach(
                        (name, service) -> {
                            assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
                            assertThat(Json.strings(service.path("cap_drop")))
                                    .as(name)
                                    .containsExactly("ALL");
                            assertThat(Json.strings(service.path("security_opt")))
                                    .as(name)
                                    .containsExactly("no-new-privileges:true");
                            assertThat(service.path("image").asString()).matches(PINNED);
                            for (String limit : List.of("cpus", "mem_limit", "pids_limit")) {
                                assertThat(service.has(limit)).as(name + " " + limit).isTrue();
                            }
                        });
    }

    @Test
    void servicesReportTheirHealth() throws Exception {
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nHEALTHCHECK ");
        services()
                .forEach(
                        (name, service) ->
                                assertThat(service.has("healthcheck"))
                                        .as(name)
                                        .isNotEqualTo(compose.nodes().contains(name)));
    }

    @Test
    void aNodeHasTimeToStop() {
        for (String node : compose.nodes()) {
            String period = compose.service(node).path("stop_grace_period").asString();
            assertThat(Integer.parseInt(period.replace("s", ""))).isGreaterThan(10);
        }
    }

    @Test
    void nodesFindEachOtherOnAnInternalNetwork() {
        List<String> addresses = new ArrayList<>();
        for (String node : compose.nodes()) {
            addresses.add(address(node, "cluster"));
            assertThat(value(node, "MICROGPT_CLUSTER_ADDRESS")).isEqualTo(addresses.getLast());
            assertThat(networks(node)).containsExactlyInAnyOrder("front", "cluster");
        }
        for (String node : compose.nodes()) {
            assertThat(value(node, "MICROGPT_CLUSTER_MEMBERS"))
                    .isEqualTo(String.join(",", addresses));
            assertThat(value(node, "MICROGPT_CLUSTER_SIZE"))
                    .isEqualTo(Integer.toString(addresses.size()));
        }
        services()
                .forEach(
                        (name, service) -> {
                            if (networks(name).contains("cluster")) {
                                assertThat(name).matches("node\\d|db");
                                assertThat(service.has("ports")).as(name).isFalse();
                            }
                        });
        for (String network : List.of("front", "cluster", "monitoring")) {
            assertThat(compose.root().at("/networks/" + network + "/internal").asBoolean())
                    .as(network)
                    .isTrue();
        }
    }

    @Test
    void theProxyKnowsTheNodesAndTheyTrustItAlone() {
        String nginx = YamlFile.text("nginx.conf");
        assertThat(SERVER.matcher(nginx).results().map(match -> match.group(1)))
                .containsExactlyElementsOf(
                        compose.nodes().stream()
                                .map(node -> address(node, "front") + ":8080")
                                .toList());
        String port = compose.service("proxy").path("ports").path(0).asString();
        assertThat(nginx).contains("listen " + port.substring(port.lastIndexOf(':') + 1) + " ssl;");
        for (String node : compose.nodes()) {
            assertThat(value(node, "SERVER_TOMCAT_REMOTEIP_INTERNAL_PROXIES"))
                    .isEqualTo(address("proxy", "front") + "/32");
        }
    }

    @Test
    void prometheusReadsAllNodes() {
        JsonNode job = YamlFile.one("prometheus.yaml").path("scrape_configs").path(0);
        assertThat(job.path("metrics_path").asString()).isEqualTo("/actuator/prometheus");
        Map<String, String> targets = new TreeMap<>();
        for (JsonNode group : job.path("static_configs")) {
            targets.put(
                    group.at("/labels/instance").asString(),
                    group.path("targets").path(0).asString());
        }
        Map<String, String> expected = new TreeMap<>();
        for (String node : compose.nodes()) {
            String port = value(node, "MANAGEMENT_SERVER_PORT");
            expected.put(node, address(node, "front") + ":" + port);
        }
        assertThat(targets).isEqualTo(expected);
        assertThat(mounted("prometheus"))
                .contains(job.at("/authorization/credentials_file").asString());
    }

    @Test
    void grafanaHasTheDashboardAndItsSource() {
        assertThat(mounted("grafana"))
                .anyMatch(
                        file ->
                                file.startsWith(
                                        YamlFile.one("grafana-dashboards.yaml")
                                                        .at("/providers/0/options/path")
                                                        .asString()
                                                + "/"));
        assertThat(YamlFile.one("grafana-datasources.yaml").at("/datasources/0/url").asString())
                .isEqualTo("http://prometheus:9090");
        assertThat(networks("grafana")).containsAnyElementsOf(networks("prometheus"));
    }

    /// Returns the paths at which a service has files of this machine, which must exist.
    private List<String> mounted(String service) {
        List<String> targets = new ArrayList<>();
        for (String volume : Json.strings(compose.service(service).path("volumes"))) {
            String[] parts = volume.replaceAll("\\$\\{[^}]*}", "VALUE").split(":", -1);
            targets.add(parts[1]);
            if (parts[0].startsWith("./")) {
                assertThat(Path.of("src/operations").resolve(parts[0])).exists();
                assertThat(parts).hasSize(3).endsWith("ro");
            }
        }
        return targets;
    }

    @Test
    void namedVolumesAreDeclared() {
        Set<String> declared = Set.copyOf(compose.root().path("volumes").propertyNames());
        for (JsonNode service : services().values()) {
            for (JsonNode volume : service.path("volumes")) {
                String source = Objects.requireNonNull(volume.stringValue()).split(":", 2)[0];
                assertThat(source).matches(s -> s.matches("\\./.*|\\$.*") || declared.contains(s));
            }
        }
    }
}
