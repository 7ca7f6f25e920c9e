package dev.microgpt.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

final class SessionCallsTest {

    private static final String NAME = "stopped";

    @Test
    void callsEndedByAShutdownAreRecognized(@TempDir Path data) {
        CompletableFuture<Reply> begun;
        CompletableFuture<Reply> waiting;
        Reply refused;
        try (LocalService service = LocalService.start(data)) {
            Api api = service.api();
            api.initSlow(NAME);
            begun = api.stepWithoutEnd(NAME);
            await().until(() -> api.view(NAME).path("step").longValue() > 0);
            waiting = api.stepWithoutEnd(NAME);
            refused = api.post("/sessions/nobody/step");
        }
        Reply withSteps = begun.orTimeout(5, TimeUnit.SECONDS).join();
        Reply withoutSteps = waiting.orTimeout(5, TimeUnit.SECONDS).join();

        assertThat(withSteps.json().path("code").stringValue()).isEqualTo("wrong_state");
        assertThat(SessionCalls.wasEndedByShutdown(withSteps)).isTrue();
        assertThat(withoutSteps.json().path("code").stringValue()).isEqualTo("busy");
        assertThat(SessionCalls.wasEndedByShutdown(withoutSteps)).isTrue();
        assertThat(SessionCalls.wasEndedByShutdown(refused)).isFalse();
    }
}
