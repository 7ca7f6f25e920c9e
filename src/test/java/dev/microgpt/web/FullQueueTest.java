package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/// Tests that a run that is rejected because the queue is full does not exist and blocks nothing.
@SharesNothing
final class FullQueueTest {

    @Test
    void aRejectedRunLeavesNothingBehind(@TempDir Path directory) {
        try (LocalService service =
                LocalService.start(directory, "--microgpt.limits.queued-calls=2")) {
            Api api = service.api();
            api.initSlow("full");
            Map<String, ?> steps = Map.of("count", 5_000, "viz", "none");
            List<CompletableFuture<Reply>> calls =
                    IntStream.range(0, 4)
                            .mapToObj(_ -> api.postAsync("/sessions/full/step", steps))
                            .toList();
            await().until(() -> api.view("full").path("state").stringValue(), "training"::equals);

            assertProblem(api.post("/sessions/full/runs", Map.of("steps", 5)), 409, "busy");
            assertThat(api.get("/sessions/full/runs").ok().path("runs")).isEmpty();

            calls.forEach(CompletableFuture::join);
            api.step("full", 1);
            api.post("/sessions/full/runs", Map.of("steps", 5)).ok();
            await().until(
                            () -> api.get("/sessions/full/runs/1").ok().path("state").stringValue(),
                            "succeeded"::equals);
            api.step("full", 1);
        }
    }
}
