package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A call with a key is made once, also where the service ends in between.
final class AnswersTest {

    private static final Duration LONG = Duration.ofSeconds(60);

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
    void answersOutliveTheProcess(End end) {
        LocalService service = LocalService.start(End.data(directory));
        service.api().post("/sessions/loaded/init", Map.of()).ok();
        List<Reply> answers = calls(service.api());
        String view = service.api().view("once").toString();

        try (LocalService next = end.restart(service, directory)) {
            List<Reply> again = calls(next.api());

            for (int i = 0; i < answers.size(); i++) {
                assertThat(again.get(i)).hasToString(answers.get(i).toString());
                assertThat(again.get(i).header("Location"))
                        .isEqualTo(answers.get(i).header("Location"));
                assertThat(again.get(i).header("Idempotency-Replayed")).isEqualTo("true");
            }
            assertThat(next.api().view("once")).hasToString(view);
        }
    }

    @Test
    void stepsThatWereCutOffGoOn() {
        LocalService service = LocalService.start(End.data(directory));
        service.api().initSlow("cut");
        int count = 6000;
        Map<String, ?> call = Map.of("count", count, "viz", "none");
        var cut =
                service.api()
                        .sendAsync(
                                service.api()
                                        .body(
                                                "/sessions/cut/step",
                                                "application/json",
                                                BodyPublishers.ofString(Json.write(call)))
                                        .header("Idempotency-Key", "steps"));
        await().atMost(LONG)
                .until(() -> service.api().view("cut").path("step").asInt() > count / 10);
        // Another call makes sure that the steps before it are kept.
        service.api().post("/sessions/cut/generate").ok();

        try (LocalService next = End.SUDDEN.restart(service, directory)) {
            assertThat(cut.isDone() && cut.join().status() == 200).isFalse();
            assertThat(next.api().view("cut").path("step").asInt()).isBetween(1, count - 1);

            Reply answer = post(next.api(), "steps", "/sessions/cut/step", call);

            assertThat(answer.ok().path("step").asInt()).isEqualTo(count);
            assertThat(answer.ok().path("losses")).hasSize(count);
            assertThat(Json.doubles(answer.ok().path("losses")))
                    .isEqualTo(next.api().losses("cut"));
            assertThat(post(next.api(), "steps", "/sessions/cut/step", call))
                    .hasToString(answer.toString());
        }
    }
}
