package dev.microgpt.verification.sweep;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.support.Arguments;
import dev.microgpt.verification.support.ServiceProcess;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/// Measures how fast a sweep of many small sessions is, and checks that one whose process is killed ends exactly as one
/// that nothing disturbs.
public final class SweepCheck {

    private static final int HEAP_MB = 1024;
    private static final int STEPS = 1000;
    private static final double TARGET_SECONDS = 5;
    private static final Duration TIME_LIMIT = Duration.ofMinutes(5);
    private static final int POLL_MILLIS = 10;

    private SweepCheck() {}

    /// Exits with 1 if a loss differs after the kill, and with 2 if the sweep takes longer than its target.
    ///
    /// @param args values that differ from the defaults, like `sessions=100` and `killed=40`
    public static void main(String[] args)
            throws IOException, InterruptedException, TimeoutException {
        Arguments values = Arguments.parse(Map.of("sessions", 100L, "killed", 40L), args);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean isFast = isFast(values.intValue("sessions"), out);
        Path data = Path.of("target", "sweep", UUID.randomUUID().toString());
        List<String> differences = differencesAfterKill(values.intValue("killed"), data, out);
        differences.forEach(out::println);
        if (!differences.isEmpty()) {
            System.exit(1);
        }
        System.exit(isFast ? 0 : 2);
    }

    private static boolean isFast(int sessions, PrintStream out)
            throws IOException, InterruptedException, TimeoutException {
        try (ServiceProcess service = ServiceProcess.start(HEAP_MB, List.of())) {
            Api api = new Api(service.port());
            double cpuBefore = service.cpu().toMillis() / 1e3;
            double first = seconds(api, "first", sessions);
            double cpu = service.cpu().toMillis() / 1e3 - cpuBefore;
            double second = seconds(api, "second", sessions);
            boolean isFast = first <= TARGET_SECONDS;
            out.printf(
                    "a sweep of %d sessions of %d steps took %.1f s in a fresh process (target: %.0f s) %s,"
                            + " and %.1f s of CPU time; a second one took %.1f s%n",
                    sessions, STEPS, first, TARGET_SECONDS, isFast ? "ok" : "MISSED", cpu, second);
            return isFast;
        }
    }

    private static double seconds(Api api, String name, int sessions)
            throws InterruptedException, TimeoutException {
        long start = System.nanoTime();
        startSweep(api, name, sessions, STEPS);
        awaitCompleted(api, name, sessions);
        return (System.nanoTime() - start) / 1e9;
    }

    /// Kills the service while a sweep is about half done, and compares it with an undisturbed one.
    ///
    /// @param data a new directory for the data of the service
    /// @return how their losses differ; empty if they do not
    static List<String> differencesAfterKill(int sessions, Path data, PrintStream out)
            throws IOException, InterruptedException, TimeoutException {
        ServiceProcess killed = start(data);
        startSweep(new Api(killed.port()), "killed", sessions, 10 * STEPS);
        awaitCompleted(new Api(killed.port()), "killed", sessions / 2);
        killed.kill();
        try (ServiceProcess service = start(data)) {
            Api api = new Api(service.port());
            int completed = completed(api, "killed");
            awaitCompleted(api, "killed", sessions);
            startSweep(api, "whole", sessions, 10 * STEPS);
            awaitCompleted(api, "whole", sessions);
            out.printf(
                    "killed when %d of %d sessions had completed, and continued%n",
                    completed, sessions);
            return IntStream.rangeClosed(1, sessions)
                    .mapToObj("-%03d"::formatted)
                    .filter(end -> isDifferent(api, end))
                    .map(end -> "the losses of killed" + end + " and whole" + end + " differ")
                    .toList();
        }
    }

    private static ServiceProcess start(Path data) throws IOException, InterruptedException {
        ServiceProcess service = ServiceProcess.launch(HEAP_MB, data, List.of());
        service.awaitStart();
        return service;
    }

    private static boolean isDifferent(Api api, String end) {
        JsonNode killed = trial(api, "killed", end);
        JsonNode whole = trial(api, "whole", end);
        return !killed.equals(whole)
                || !Arrays.equals(api.losses("killed" + end), api.losses("whole" + end));
    }

    /// Returns what a sweep shows of the loss of a trial.
    private static JsonNode trial(Api api, String sweep, String end) {
        return api.get("/sweeps/" + sweep)
                .ok()
                .path("trials")
                .valueStream()
                .filter(trial -> trial.path("session").stringValue().equals(sweep + end))
                .findFirst()
                .orElseThrow()
                .path("validationLoss");
    }

    private static void startSweep(Api api, String name, int sessions, int steps) {
        List<Integer> seeds = IntStream.rangeClosed(1, sessions).boxed().toList();
        Map<String, ?> body =
                Map.of(
                        "name",
                        name,
                        "dataset",
                        "names",
                        "options",
                        Map.of("numSteps", steps),
                        "grid",
                        Map.of("seed", seeds),
                        "steps",
                        steps);
        Reply reply = api.postJson("/sweeps", Json.write(body));
        if (reply.status() != 201) {
            throw new IllegalStateException(reply.body());
        }
    }

    private static int completed(Api api, String name) {
        return api.get("/sweeps")
                .ok()
                .path("sweeps")
                .valueStream()
                .filter(sweep -> sweep.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow()
                .path("counts")
                .path("completed")
                .intValue();
    }

    private static void awaitCompleted(Api api, String name, int count)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + TIME_LIMIT.toNanos();
        while (completed(api, name) < count) {
            if (System.nanoTime() > end) {
                throw new TimeoutException(api.get("/sweeps/" + name).body());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
