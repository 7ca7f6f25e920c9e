package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.microgpt.quota.Buckets;
import dev.microgpt.store.TestPostgres;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tests a service that is a node of a cluster.
@MostlyWaiting
final class ClusterServiceTest {

    private static LocalService start(Path directory, String... settings) {
        int port = FreePort.find();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--microgpt.cluster.enabled=true",
                                "--microgpt.cluster.member-port=" + port,
                                "--microgpt.cluster.forward-port=0",
                                "--microgpt.cluster.members=" + TestNodes.HOST,
                                "--microgpt.cluster.secret=" + TestNodes.SECRET));
        all.addAll(List.of(settings));
        return LocalService.start(directory, all.toArray(String[]::new));
    }

    private static Reply actuator(LocalService service, String path) {
        return service.api().send(service.api().root("/actuator" + path));
    }

    @Test
    void healthAndMetricsShowTheNodes(@TempDir Path directory) {
        try (LocalService service =
                start(
                        directory,
                        "--microgpt.store.url=" + TestPostgres.url(directory),
                        "--microgpt.cluster.size=3",
                        "--management.endpoint.health.show-components=always")) {
            Reply health = actuator(service, "/health");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.json().at("/components/cluster/status").asString())
                    .isEqualTo("OUT_OF_SERVICE");
            assertThat(actuator(service, "/health/liveness").status()).isEqualTo(200);
            String metrics = actuator(service, "/prometheus").body();
            assertThat(metrics.lines())
                    .contains(
                            "microgpt_cluster_nodes 1.0",
                            "microgpt_cluster_majority 0.0",
                            "microgpt_cluster_partitions 0.0",
                            "microgpt_cluster_links 0.0",
                            "microgpt_cluster_moves_total{reason=\"recovered\"} 0.0",
                            "microgpt_cluster_quota_fallbacks_total 0.0");
            assertThat(service.api().get("/limits").header("RateLimit")).contains("\"all\";r=");
            assertThat(service.parts(Buckets.class)).hasOnlyElementsOfType(HazelcastBuckets.class);
        }
    }

    @Test
    void theMajorityIsHealthy(@TempDir Path directory) {
        try (LocalService service =
                start(
                        directory,
                        "--microgpt.store.url=" + TestPostgres.url(directory),
                        "--microgpt.cluster.size=1")) {
            assertThat(actuator(service, "/health").status()).isEqualTo(200);
        }
    }

    @Test
    void metricsShowWhatItOwnsAndWhereThatCameFrom(@TempDir Path directory) {
        String[] settings = {
            "--microgpt.store.url=" + TestPostgres.url(directory), "--microgpt.cluster.size=1"
        };
        try (LocalService service = start(directory, settings)) {
            awaitAllPartitions(service);
            service.api().initSixNames("emma");
        }
        try (LocalService service = start(directory, settings)) {
            awaitAllPartitions(service);
            // sessions are taken over after their partitions
            await().untilAsserted(
                            () ->
                                    assertThat(actuator(service, "/prometheus").body().lines())
                                            .contains(
                                                    "microgpt_cluster_moves_total{reason=\"recovered\"} 1.0",
                                                    "microgpt_cluster_moves_total{reason=\"taken_over\"} 0.0",
                                                    "microgpt_cluster_moves_total{reason=\"handed_over\"} 0.0",
                                                    "microgpt_cluster_moves_total{reason=\"lost\"} 0.0"));
        }
    }

    private static void awaitAllPartitions(LocalService service) {
        await().until(
                        () ->
                                actuator(service, "/prometheus")
                                        .body()
                                        .lines()
                                        .anyMatch("microgpt_cluster_partitions 271.0"::equals));
    }

    @Test
    void withoutADatabaseForAllItDoesNotStart(@TempDir Path directory) {
        assertThatThrownBy(() -> start(directory))
                .rootCause()
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("microgpt.store.url is ''");
    }

    @Test
    void withoutAClusterNothingOfItIsThere(@TempDir Path directory) {
        try (LocalService service = LocalService.start(directory)) {
            assertThat(service.has(Members.class)).isFalse();
            assertThat(service.has(Buckets.class)).isFalse();
            assertThat(actuator(service, "/prometheus").body()).doesNotContain("microgpt_cluster");
        }
    }
}
