package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What an orchestrator asks, and what it is told.
@MostlyWaiting
final class HealthTest {

    private static final String UP = "{\"status\":\"UP\"}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static Reply actuator(Api api, String path) {
        return api.send(api.root("/actuator" + path));
    }

    private static Reply liveness(Api api) {
        return actuator(api, "/health/liveness");
    }

    private static Reply readiness(Api api) {
        return actuator(api, "/health/readiness");
    }

    private static void assertUp(Reply reply) {
        assertThat(reply).hasToString("200 " + UP);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServiceThatHasStartedIsAliveAndReady(boolean hasStore) {
        try (LocalService service =
                LocalService.start(directory, "--microgpt.store.enabled=" + hasStore)) {
            assertUp(liveness(service.api()));
            assertUp(readiness(service.api()));
            assertThat(actuator(service.api(), "/health").status()).isEqualTo(200);
        }
    }

    @Test
    void whereTheStoreCannotBeReadTheServiceIsAliveButNotReady() throws IOException {
        Path database = directory.resolve("microgpt.db");
        Path away = directory.resolve("away.db");
        try (LocalService service = LocalService.start(directory)) {
            Files.move(database, away);
            assertThat(readiness(service.api())).hasToString("503 {\"status\":\"OUT_OF_SERVICE\"}");
            assertUp(liveness(service.api()));
            assertThat(database).doesNotExist();

            Files.move(away, database);
            assertUp(readiness(service.api()));
        }
    }

    @Test
    void aFullStoreIsReady() {
        try (LocalService service =
                LocalService.start(directory, "--microgpt.store.max-size=1MB")) {
            Api api = service.api();
            Map<String, ?> large = Map.of("nEmbd", 64, "text", Api.SIX_NAMES);
            int sessions = 0;
            Reply last = api.post("/sessions/s0/init", large);
            while (last.status() == 201) {
                last = api.post("/sessions/s%d/init".formatted(++sessions), large);
            }
            assertThat(last.status()).isEqualTo(507);

            assertUp(readiness(api));
        }
    }

    @Test
    void whatTellsOrChangesTooMuchIsNotThere() {
        List<String> paths =
                List.of("/env", "/beans", "/heapdump", "/shutdown", "/loggers", "/threaddump");
        try (LocalService service = LocalService.start(directory)) {
            assertThat(paths)
                    .allSatisfy(
                            path ->
                                    assertThat(actuator(service.api(), path).status())
                                            .isEqualTo(404));
        }
    }

    @Test
    void theSoftwareBillOfMaterialsTellsWhatIsInTheJar() {
        try (LocalService service = LocalService.start(directory)) {
            Reply reply = actuator(service.api(), "/sbom/application");
            assertThat(reply.ok().path("bomFormat").asString()).isEqualTo("CycloneDX");
            assertThat(reply.body()).contains("pkg:maven/org.xerial/sqlite-jdbc@");
            assertThat(reply.body()).doesNotContain("pkg:maven/org.junit");
        }
    }

    @Test
    void theManagementPortMayBeAnotherOne() {
        try (LocalService service = LocalService.start(directory, "--management.server.port=0")) {
            assertUp(liveness(service.managementApi()));
            assertUp(readiness(service.managementApi()));
            assertThat(actuator(service.managementApi(), "/prometheus").status()).isEqualTo(200);
            assertThat(liveness(service.api()).status()).isEqualTo(404);
            assertThat(service.managementApi().get("/limits").status()).isEqualTo(404);
        }
    }
}
