package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tests that a session whose training diverged can be inspected, initialised again and deleted, also after
/// a restart.
@MostlyWaiting
@ParameterizedClass
@EnumSource
final class FailedSessionTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private static final String SESSION = "/sessions/wild";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @ValueSource(doubles = {3e5, 1e6, 1e12})
    void aDivergedSessionSurvivesARestart(double learningRate) {
        String before;
        try (LocalService service = store.start(directory)) {
            Api api = service.api();
            api.init("wild", Map.of("dataset", "names", "learningRate", learningRate));
            assertProblem(api.post(SESSION + "/step", Map.of("count", 20)), 409, "wrong_state")
                    .hasDetail("step 2");
            before = visibleState(api);
        }
        try (LocalService service = store.start(directory)) {
            Api api = service.api();
            assertThat(visibleState(api)).isEqualTo(before);
            assertThat(
                            api.post(SESSION + "/generate", Map.of("step", 0, "count", 2))
                                    .ok()
                                    .path("samples"))
                    .hasSize(2);
            assertThat(api.get(SESSION + "/anatomy?step=0").ok().path("step").intValue()).isZero();
            Map<String, ?> unlikely = Map.of("texts", List.of("emma"), "step", 1);
            assertProblem(api.post(SESSION + "/score", unlikely), 409, "wrong_state");
            assertProblem(api.get(SESSION + "/anatomy"), 409, "wrong_state");
            assertProblem(api.get(SESSION + "/checkpoint"), 409, "wrong_state")
                    .hasDetail("diverged");
            api.init("wild", Map.of("text", Api.SIX_NAMES));
            api.step("wild", 3);
            assertThat(api.delete(SESSION).status()).isEqualTo(204);
        }
    }

    private static String visibleState(Api api) {
        JsonNode failure = api.view("wild").path("failure");
        assertThat(failure.path("step").intValue()).isEqualTo(2);
        assertThat(failure.path("reason").stringValue()).contains("step 2");
        return Stream.of("", "/losses", "/history", "/keyframes")
                .map(path -> api.get(SESSION + path).ok().toString())
                .toList()
                .toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"step", "runs"})
    void theReasonIsReported(String call) {
        try (LocalService service = store.start(directory)) {
            Api api = service.api();
            api.init("wild", Map.of("text", Api.SIX_NAMES, "learningRate", 1e12));
            var _ =
                    api.post(
                            SESSION + "/" + call,
                            Map.of(call.equals("step") ? "count" : "steps", 20));
            await().until(() -> api.view("wild").path("state").stringValue(), "failed"::equals);

            JsonNode view = api.view("wild");
            JsonNode event =
                    api.get(SESSION + "/history")
                            .ok()
                            .path("events")
                            .valueStream()
                            .filter(e -> e.path("kind").stringValue().equals("failed"))
                            .findFirst()
                            .orElseThrow();

            assertThat(view.path("failure").path("reason").stringValue()).isNotBlank();
            assertThat(event.path("reason")).isEqualTo(view.path("failure").path("reason"));
            assertThat(event.has("run")).isEqualTo(call.equals("runs"));
        }
    }
}
