package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;

import dev.microgpt.documents.Settings;
import dev.microgpt.support.Json;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.lang.reflect.InvocationTargetException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// The objects of a cluster on Kubernetes are valid, and agree with each other and with the service.
final class KubernetesTest {

    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";

    private static final Gson GSON =
            new GsonBuilder()
                    .registerTypeAdapter(
                            OffsetDateTime.class,
                            (JsonDeserializer<OffsetDateTime>)
                                    (json, _, _) -> OffsetDateTime.parse(json.getAsString()))
                    .create();

    private final List<JsonNode> objects = YamlFile.all("kubernetes.yaml");
    private final JsonNode set = object("StatefulSet", "microgpt-server");
    private final JsonNode pod = set.at("/spec/template/spec");
    private final JsonNode container = pod.path("containers").path(0);
    private final JsonNode policy = object("NetworkPolicy", "microgpt-server").path("spec");

    private JsonNode object(String kind, String name) {
        return objects.stream()
                .filter(object -> object.path("kind").asString().equals(kind))
                .filter(object -> object.at("/metadata/name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Checks that an object has only fields that exist, all that it must have, and values of their types.
    private static void validate(JsonNode object) throws ReflectiveOperationException {
        JsonElement json = JsonParser.parseString(object.toString());
        Class<?> model = Class.forName(MODELS + object.path("kind").asString());
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause());
        }
        assertThat(GSON.<Object>fromJson(json, model)).isNotNull();
    }

    private JsonNode variable(String name) {
        return StreamSupport.stream(container.path("env").spliterator(), false)
                .filter(variable -> variable.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Integer> ports(JsonNode list, String port) {
        Map<String, Integer> ports = new TreeMap<>();
        for (JsonNode entry : list) {
            ports.put(entry.path("name").asString(), entry.path(port).intValue());
        }
        return ports;
    }

    private static Set<String> allowed(JsonNode rule) {
        Set<String> ports = new TreeSet<>();
        rule.path("ports").forEach(port -> ports.add(port.path("port").asString()));
        return ports;
    }

    @Test
    void objectsAreValid() throws ReflectiveOperationException {
        assertThat(objects).hasSize(5);
        for (JsonNode object : objects) {
            validate(object);
        }
    }

    @Test
    void mistakesAreFound() {
        ((ObjectNode) container.at("/readinessProbe/httpGet")).put("portt", 1);
        assertThatThrownBy(() -> validate(set)).hasMessageContaining("portt");
        ((ObjectNode) container.at("/readinessProbe/httpGet")).remove("portt");
        ((ObjectNode) set.path("spec")).put("replicas", "three");
        assertThatThrownBy(() -> validate(set)).hasMessageContaining("three");
    }

    @Test
    void settingsExist() {
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asString();
            assertThat(name.equals("POD_NAMESPACE") || Settings.existsInEnvironment(name))
                    .as(name)
                    .isTrue();
        }
        assertThat(Settings.existsInEnvironment("MICROGPT_CLUSTER_ADRESS")).isFalse();
        assertThat(Settings.existsInEnvironment("MANAGEMENT_SERVER_PROT")).isFalse();
    }

    @Test
    void secretsComeFromASecret() {
        for (String name :
                List.of(
                        "MICROGPT_STORE_URL",
                        "MICROGPT_STORE_USERNAME",
                        "MICROGPT_STORE_PASSWORD",
                        "MICROGPT_CLUSTER_SECRET",
                        "MICROGPT_SECURITY_KEYS_ADMIN")) {
            JsonNode reference = variable(name).at("/valueFrom/secretKeyRef");
            assertThat(reference.path("name").asString()).isEqualTo("microgpt-server");
            assertThat(YamlFile.text("kubernetes.yaml"))
                    .contains("#     ") // the command that creates it
                    .contains("--from-literal=" + reference.path("key").asString() + "=");
        }
        assertThat(objects).noneMatch(object -> object.path("kind").asString().equals("Secret"));
    }

    @Test
    void selectorsMeetThePods() {
        JsonNode labels = set.at("/spec/template/metadata/labels");
        assertThat(set.at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(object("Service", "microgpt-server").at("/spec/selector")).isEqualTo(labels);
        assertThat(object("Service", "microgpt-server-nodes").at("/spec/selector"))
                .isEqualTo(labels);
        assertThat(
                        object("PodDisruptionBudget", "microgpt-server")
                                .at("/spec/selector/matchLabels"))
                .isEqualTo(labels);
        assertThat(policy.at("/podSelector/matchLabels")).isEqualTo(labels);
        for (JsonNode spread : pod.path("topologySpreadConstraints")) {
            assertThat(spread.at("/labelSelector/matchLabels")).isEqualTo(labels);
        }
    }

    @Test
    void nodesFindEachOtherBeforeTheyAreReady() {
        JsonNode nodes = object("Service", "microgpt-server-nodes");
        assertThat(set.at("/spec/serviceName")).isEqualTo(nodes.at("/metadata/name"));
        assertThat(nodes.at("/spec/clusterIP").asString()).isEqualTo("None");
        assertThat(nodes.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(variable("MICROGPT_CLUSTER_DNS").path("value").asString())
                .isEqualTo("microgpt-server-nodes.$(POD_NAMESPACE).svc.cluster.local");
        assertThat(
                        variable("MICROGPT_CLUSTER_ADDRESS")
                                .at("/valueFrom/fieldRef/fieldPath")
                                .asString())
                .isEqualTo("status.podIP");
        // With readiness after the majority, one after the other would wait for ever.
        assertThat(set.at("/spec/podManagementPolicy").asString()).isEqualTo("Parallel");
        assertThat(variable("MICROGPT_CLUSTER_SIZE").path("value").asInt())
                .isEqualTo(set.at("/spec/replicas").intValue());
    }

    @Test
    void portsAgree() {
        Map<String, Integer> ports = ports(container.path("ports"), "containerPort");
        assertThat(ports)
                .isEqualTo(
                        Map.of(
                                "http", 8080, // the defaults of the service
                                "member", 5701,
                                "forward", 8081,
                                "management",
                                        variable("MANAGEMENT_SERVER_PORT").path("value").asInt()));
        assertThat(ports(object("Service", "microgpt-server-nodes").at("/spec/ports"), "port"))
                .isEqualTo(Map.of("member", 5701, "forward", 8081));
        for (String service : List.of("microgpt-server", "microgpt-server-nodes")) {
            for (JsonNode port : object("Service", service).at("/spec/ports")) {
                assertThat(port.path("targetPort")).isEqualTo(port.path("name"));
                assertThat(ports).containsKey(port.path("targetPort").asString());
            }
        }
    }

    @Test
    void theNodesAloneReachTheMemberPortAndThePrivatePort() {
        assertThat(Json.strings(policy.path("policyTypes")))
                .containsExactlyInAnyOrder("Ingress", "Egress");
        for (JsonNode rule : policy.path("ingress")) {
            Set<String> ports = allowed(rule);
            assertThat(ports).isNotEmpty(); // which would be all ports
            assertThat(rule.path("from")).isNotEmpty();
            if (ports.contains("member") || ports.contains("forward")) {
                assertThat(rule.path("from")).hasSize(1);
                assertThat(rule.at("/from/0/podSelector/matchLabels"))
                        .isEqualTo(policy.at("/podSelector/matchLabels"));
                assertThat(rule.path("from").path(0).propertyNames())
                        .containsExactly("podSelector");
            }
        }
        assertThat(
                        StreamSupport.stream(policy.path("egress").spliterator(), false)
                                .flatMap(rule -> allowed(rule).stream())
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("member", "forward", "5432", "53");
    }

    @Test
    void probesAskForHealthThatExists() {
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            JsonNode call = container.path(probe).path("httpGet");
            assertThat(call.path("path").asString())
                    .isEqualTo(
                            probe.equals("readinessProbe")
                                    ? "/actuator/health/readiness"
                                    : "/actuator/health/liveness");
            assertThat(call.path("port").asString()).isEqualTo("management");
        }
    }

    @Test
    void podsAreRestrictedAndHaveTimeToStop() {
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(Json.strings(container.at("/securityContext/capabilities/drop")))
                .containsExactly("ALL");
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(container.at("/resources/limits/memory").asString()).isNotEmpty();
        assertThat(container.path("image").asString()).matches("[a-z-]+:\\d+\\.\\d+\\.\\d+");
        assertThat(pod.path("terminationGracePeriodSeconds").intValue())
                .isGreaterThan(10 + container.at("/lifecycle/preStop/sleep/seconds").intValue());
    }
}
