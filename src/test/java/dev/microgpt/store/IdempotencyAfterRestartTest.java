package dev.microgpt.store;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Tests that a call with an idempotency key takes effect once, even if the service restarts in between.
@SharesNothing
@ParameterizedClass
@EnumSource
final class IdempotencyAfterRestartTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static Reply post(Api api, String key, String path, Map<String, ?> body) {
        return api.send(
                api.body(path, "application/json", BodyPublishers.ofString(Json.write(body)))
                        .header("Idempotency-Key", key));
    }

    private static List<Reply> calls(Api api) {
        return List.of(
                post(api, "init", "/sessions/once/init", Map.of("text", Api.SIX_NAMES)),
                post(api, "step", "/sessions/once/step", Map.of("count", 3)),
                post(api, "generate", "/sessions/once/generate", Map.of("count", 2)),
                post(api, "fork", "/sessions/once/fork", Map.of("name", "once-fork")),
                post(api, "run", "/sessions/once-fork/runs", Map.of("steps", 5)),
                post(api, "load", "/sessions/loaded/load", Map.of("text", "ab")));
    }

    @ParameterizedTest
    @EnumSource
    void responsesSurviveARestart(Shutdown shutdown) {
        LocalService service = store.start(Shutdown.data(directory));
        service.api().post("/sessions/loaded/init", Map.of()).ok();
        List<Reply> first = calls(service.api());
        String view = service.api().view("once").toString();

        try (LocalService next = shutdown.restart(store, service, directory)) {
            List<Reply> repeated = calls(next.api());

            for (int i = 0; i < first.size(); i++) {
                assertThat(repeated.get(i)).hasToString(first.get(i).toString());
                assertThat(repeated.get(i).header("Location"))
                        .isEqualTo(first.get(i).header("Location"));
                assertThat(repeated.get(i).header("Idempotency-Replayed")).isEqualTo("true");
            }
            assertThat(next.api().view("once")).hasToString(view);
        }
    }

    @Test
    void interruptedStepCallContinuesWhereItStopped() throws SQLException {
        LocalService service = store.start(Shutdown.data(directory));
        service.api().initSlow("interrupted");
        int count = 6000;
        Map<String, ?> call = Map.of("count", count, "viz", "none");
        var _ =
                service.api()
                        .sendAsync(
                                service.api()
                                        .body(
                                                "/sessions/interrupted/step",
                                                "application/json",
                                                BodyPublishers.ofString(Json.write(call)))
                                        .header("Idempotency-Key", "steps"));
        await().atMost(TIMEOUT)
                .until(() -> service.api().view("interrupted").path("step").asInt() > count / 10);
        // Another call makes sure that the steps before it are stored.
        service.api().post("/sessions/interrupted/generate").ok();
        Path copy = directory.resolve("copy");
        try (Connection connection = store.source(Shutdown.data(directory)).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE session SET step = step"); // the service's own updates wait
            store.copy(Shutdown.data(directory), copy);
            connection.rollback();
        }
        service.close();

        try (LocalService next = store.start(copy)) {
            int kept = next.api().view("interrupted").path("step").asInt();
            assertThat(kept).isBetween(1, count - 1);
            assertProblem(
                    post(next.api(), "steps", "/sessions/interrupted/step", Map.of("count", 1)),
                    422,
                    "idempotency_conflict");
            assertThat(next.api().view("interrupted").path("step").asInt()).isEqualTo(kept);

            Reply reply = post(next.api(), "steps", "/sessions/interrupted/step", call);

            assertThat(reply.ok().path("step").asInt()).isEqualTo(count);
            assertThat(reply.ok().path("losses")).hasSize(count);
            assertThat(Json.doubles(reply.ok().path("losses")))
                    .isEqualTo(next.api().losses("interrupted"));
            assertThat(post(next.api(), "steps", "/sessions/interrupted/step", call))
                    .hasToString(reply.toString());
        }
    }
}
