package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;

import dev.microgpt.MicroGptApplication;
import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Tests that the service shuts down quickly and cleanly, whatever it is doing.
@Isolated
final class ShutdownTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(MicroGptApplication.class)
                .run("--server.port=0", "--microgpt.demo=false");
    }

    private static Api api(ConfigurableApplicationContext context) {
        return new Api(
                context.getEnvironment().getRequiredProperty("local.server.port", int.class));
    }

    @Test
    void shutdownEndsCallsRunsAndStreams() throws Exception {
        Set<Thread> threadsBefore = computeThreads();
        ConfigurableApplicationContext context = start();
        Api api = api(context);
        api.initSlow("shutdown");
        api.initSlow("shutdown-live");
        api.initSixNames("shutdown-run");
        api.post("/sessions/shutdown-run/runs", Map.of("steps", 1_000_000_000)).ok();
        api.initSixNames("shutdown-slow-run");
        api.post(
                        "/sessions/shutdown-slow-run/runs",
                        Map.of("steps", 1_000_000, "stepsPerSecond", 1))
                .ok();
        Live trainer = Live.connect(api.port());
        Live watcher = Live.connect(api.port());
        watcher.send("subscribe", "session", "shutdown");
        trainer.send("train", "session", "shutdown-live", "steps", 1_000_000);
        var call = api.stepWithoutEnd("shutdown");
        var waiting = api.stepWithoutEnd("shutdown");
        trainer.await("step");
        watcher.await("frame");
        assertThat(computeThreads()).hasSizeGreaterThan(threadsBefore.size());

        long start = System.nanoTime();
        context.close();
        Duration closing = Duration.ofNanos(System.nanoTime() - start);

        assertThat(closing).isLessThan(Duration.ofSeconds(5));
        Reply first = call.orTimeout(5, TimeUnit.SECONDS).join();
        Reply second = waiting.orTimeout(5, TimeUnit.SECONDS).join();
        for (Reply reply : List.of(first, second)) {
            assertProblem(reply, 409, reply.json().path("code").stringValue());
        }
        // either may have begun first: it keeps its steps, the other has made none
        assertThat(List.of(first, second))
                .extracting(reply -> reply.json().path("code").stringValue())
                .containsExactlyInAnyOrder("wrong_state", "busy");
        assertThat(trainer.awaitClose()).isEqualTo(1001);
        assertThat(watcher.awaitClose()).isEqualTo(1001);
        assertThat(computeThreads()).isEqualTo(threadsBefore);
        await().until(() -> !dumpOfAllThreads().contains("\"train-shutdown-live\""));
    }

    @Test
    void anIdleServiceStopsImmediately() {
        ConfigurableApplicationContext context = start();
        Live idle = Live.connect(api(context).port());
        idle.send("stop", "session", "nobody");
        idle.next("error");
        long start = System.nanoTime();
        context.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(idle.awaitClose()).isEqualTo(1001);
    }

    /// Returns the compute threads, including those of other services in the same test run.
    private static Set<Thread> computeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("compute-"))
                .collect(Collectors.toSet());
    }

    /// Returns a dump of all threads, including virtual ones.
    private String dumpOfAllThreads() throws IOException {
        Path dump = Files.createTempDirectory(directory, "dump").resolve("threads.json");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), ThreadDumpFormat.JSON);
        return Files.readString(dump);
    }
}
