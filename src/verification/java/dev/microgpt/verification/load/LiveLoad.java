package dev.microgpt.verification.load;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.support.HeapUse;
import dev.microgpt.verification.support.ServiceProcess;
import dev.microgpt.verification.support.SlowWatcher;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Measures what a hundred watchers of one session cost the training of the others. Phases without and with
/// watchers alternate, because the speed of a shared machine changes over time.
public final class LiveLoad {

    /// More steps than are ever reached, so that the learning rate stays above 0.
    private static final long ENDLESS_STEPS = 1_000_000_000_000L;

    private static final int LOSSES_PER_CALL = 100_000;

    private final LoadPlan plan;
    private final ServiceProcess service;
    private final Api api;
    private final List<String> sessions;
    private final String watched;
    private final List<FastWatcher> fast;
    private final GenerateCalls calls;
    private final List<Phase> unwatched = new ArrayList<>();
    private final List<Phase> watchedPhases = new ArrayList<>();
    private final List<HeapUse> heaps = new ArrayList<>();

    /// All losses of the watched session, as the service writes them in JSON. Read often, as the service keeps only
    /// the newest million.
    private final List<String> losses = new ArrayList<>();

    private int silentClosed;
    private int slowClosed;
    private int leftBehind;

    private LiveLoad(LoadPlan plan, ServiceProcess service, HttpClient client) {
        this.plan = plan;
        this.service = service;
        api = new Api(service.port());
        sessions = IntStream.range(0, plan.sessions()).mapToObj("load-%03d"::formatted).toList();
        watched = sessions.getFirst();
        calls = new GenerateCalls(api, sessions.subList(1, sessions.size()), plan.calls());
        fast =
                IntStream.range(0, plan.fast())
                        .mapToObj(_ -> new FastWatcher(client, service.port(), watched))
                        .toList();
    }

    /// Exits with 1 if losses went missing or calls failed, and with 2 if a measurement misses its target.
    ///
    /// @param args values that differ from the default plan, like `sessions=50`
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LoadPlan plan = LoadPlan.of(args);
        out.println(plan);
        Report report = new Report(run(plan));
        report.print(out);
        System.exit(!report.isCorrect() ? 1 : report.isFast() ? 0 : 2);
    }

    /// Starts the service, carries out the plan, and stops the service.
    static Measurements run(LoadPlan plan) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        try (ServiceProcess service = ServiceProcess.start(plan.heap(), plan.serviceOptions())) {
            return new LiveLoad(plan, service, client).run();
        } finally {
            client.shutdownNow();
        }
    }

    private Measurements run() throws IOException, InterruptedException {
        startRuns();
        calls.make(Duration.ofSeconds(plan.warmUp()));
        readLosses();
        warmUpWatched();
        calls.takeTimes();
        heaps.add(service.heap());
        for (int i = 0; i < plan.pairs(); i++) {
            settle();
            unwatched.add(measure(plan.off()));
            measureWatched();
            heaps.add(service.heap());
        }
        readLosses();
        List<String> faults = faults();
        return new Measurements(
                plan,
                unwatched,
                watchedPhases,
                heaps,
                faults,
                fast.stream().mapToLong(watcher -> watcher.ledger().losses()).sum(),
                silentClosed,
                slowClosed,
                leftBehind,
                calls.failures(),
                service.errors());
    }

    /// Lets the JVM compile what only watchers need, which takes more time than serving them.
    private void warmUpWatched() throws IOException, InterruptedException {
        measureWatched();
        watchedPhases.clear();
        silentClosed = 0;
        slowClosed = 0;
        leftBehind = 0;
    }

    private void startRuns() {
        for (int i = 0; i < sessions.size(); i++) {
            api.init(
                    sessions.get(i),
                    Map.of("dataset", "names", "seed", i + 1, "numSteps", ENDLESS_STEPS));
        }
        for (String session : sessions) {
            api.post("/sessions/" + session + "/runs", Map.of("steps", ENDLESS_STEPS)).ok();
        }
    }

    private void settle() throws InterruptedException {
        TimeUnit.SECONDS.sleep(plan.settle());
    }

    /// Measures a phase with watchers.
    private void measureWatched() throws IOException, InterruptedException {
        List<SlowWatcher> silent = new ArrayList<>();
        List<SlowWatcher> slow = new ArrayList<>();
        try (Crowd crowd =
                Crowd.connect(service.port(), watched, plan.crowd(), plan.crowdSilent())) {
            for (int i = 0; i < plan.silent(); i++) {
                silent.add(new SlowWatcher(service.port(), watched, false));
            }
            for (int i = 0; i < plan.slow(); i++) {
                slow.add(new SlowWatcher(service.port(), watched, true));
            }
            fast.forEach(FastWatcher::connect);
            settle();
            long[] before = crowd.bytes();
            watchedPhases.add(measure(plan.on()));
            leftBehind += crowd.leftBehind(before);
        } finally {
            fast.forEach(FastWatcher::disconnect);
            silentClosed += end(silent);
            slowClosed += end(slow);
        }
    }

    /// Ends all connections at once, and returns how many the service had closed before.
    private static int end(List<SlowWatcher> watchers) {
        List<CompletableFuture<Boolean>> ends =
                watchers.stream()
                        .map(
                                watcher ->
                                        CompletableFuture.supplyAsync(
                                                watcher::end, Thread::startVirtualThread))
                        .toList();
        return (int) ends.stream().filter(CompletableFuture::join).count();
    }

    private Phase measure(int seconds) throws InterruptedException {
        readLosses();
        long framesBefore = frames();
        double generatorBefore = generatorCpu();
        double serverBefore = serverCpu();
        long start = System.nanoTime();
        long[] steps = steps();
        calls.make(Duration.ofSeconds(seconds));
        long[] stepsAfter = steps();
        double time = (System.nanoTime() - start) / 1e9;
        double generator = generatorCpu() - generatorBefore;
        double server = serverCpu() - serverBefore;
        long frames = frames() - framesBefore;
        for (int i = 0; i < steps.length; i++) {
            steps[i] = stepsAfter[i] - steps[i];
        }
        readLosses();
        return new Phase(time, steps, generator, server, calls.takeTimes(), frames);
    }

    private long frames() {
        return fast.stream().mapToLong(watcher -> watcher.ledger().frames()).sum();
    }

    private static double generatorCpu() {
        return seconds(ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO));
    }

    private double serverCpu() {
        return seconds(service.cpu());
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    /// Returns the step of each session.
    private long[] steps() {
        JsonNode views = api.get("/sessions?limit=1000").ok().path("sessions");
        return views.valueStream().mapToLong(view -> view.path("step").longValue()).toArray();
    }

    /// Returns a fault for each fast watcher that did not receive every loss once and in order.
    private List<String> faults() {
        String[] expected = losses.toArray(String[]::new);
        List<String> faults = new ArrayList<>();
        for (FastWatcher watcher : fast) {
            String fault = watcher.ledger().check(expected);
            if (fault != null) {
                faults.add(fault);
            }
        }
        return faults;
    }

    /// Reads the losses since the last call.
    private void readLosses() {
        long size = api.view(watched).path("step").longValue();
        while (losses.size() < size) {
            long from = losses.size() + 1L;
            long to = Math.min(size, losses.size() + (long) LOSSES_PER_CALL);
            Reply reply = api.get("/sessions/%s/losses?from=%d&to=%d".formatted(watched, from, to));
            reply.ok(); // its text is needed as it was written
            String body = reply.body();
            int start = body.indexOf('[') + 1;
            losses.addAll(List.of(body.substring(start, body.indexOf(']')).split(",", -1)));
        }
    }
}
