package dev.microgpt.load;

import dev.microgpt.support.Api;

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

/// The load test of the live stream: what do a hundred watchers of one session cost the others? Phases
/// without and with watchers take turns, as the speed of a shared machine changes.
final class LiveLoad {

    /// Beyond any step that is reached, so that the learning rate stays above 0.
    private static final long WITHOUT_END = 1_000_000_000_000L;

    private static final int LOSSES_PER_CALL = 100_000;

    private final LoadPlan plan;
    private final ServiceProcess service;
    private final Api api;
    private final List<String> sessions;
    private final String watched;
    private final List<FastWatcher> fast;
    private final Calls calls;
    private final List<Phase> off = new ArrayList<>();
    private final List<Phase> on = new ArrayList<>();
    private final List<HeapUse> heaps = new ArrayList<>();
    private int silentClosed;
    private int slowClosed;
    private int leftBehind;

    private LiveLoad(LoadPlan plan, ServiceProcess service, HttpClient client) {
        this.plan = plan;
        this.service = service;
        api = new Api(service.port());
        sessions = IntStream.range(0, plan.sessions()).mapToObj("load-%03d"::formatted).toList();
        watched = sessions.getFirst();
        calls = new Calls(api, sessions.subList(1, sessions.size()), plan.calls());
        fast =
                IntStream.range(0, plan.fast())
                        .mapToObj(_ -> new FastWatcher(client, service.port(), watched))
                        .toList();
    }

    /// Exits with 1 if losses were lost or calls failed, and with 2 if the figures are not as wanted.
    ///
    /// @param args what differs from the usual plan, like `sessions=50`
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LoadPlan plan = LoadPlan.of(args);
        out.println(plan);
        Report report = new Report(run(plan));
        report.print(out);
        System.exit(!report.isCorrect() ? 1 : report.isFast() ? 0 : 2);
    }

    /// Starts the service, does what the plan says, and stops it.
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
        calls.takeTimes();
        heaps.add(service.heap());
        for (int i = 0; i < plan.pairs(); i++) {
            settle();
            off.add(measure(plan.off()));
            watch();
            heaps.add(service.heap());
        }
        List<String> faults = faults();
        return new Measurements(
                plan,
                off,
                on,
                heaps,
                faults,
                fast.stream().mapToLong(watcher -> watcher.ledger().losses()).sum(),
                silentClosed,
                slowClosed,
                leftBehind,
                calls.failures(),
                service.errors());
    }

    private void startRuns() {
        for (int i = 0; i < sessions.size(); i++) {
            api.init(
                    sessions.get(i),
                    Map.of("dataset", "names", "seed", i + 1, "numSteps", WITHOUT_END));
        }
        for (String session : sessions) {
            api.post("/sessions/" + session + "/runs", Map.of("steps", WITHOUT_END)).ok();
        }
    }

    private void settle() throws InterruptedException {
        TimeUnit.SECONDS.sleep(plan.settle());
    }

    /// A phase with watchers.
    private void watch() throws IOException, InterruptedException {
        List<LazyWatcher> silent = new ArrayList<>();
        List<LazyWatcher> slow = new ArrayList<>();
        try (Crowd crowd =
                Crowd.connect(service.port(), watched, plan.crowd(), plan.crowdSilent())) {
            for (int i = 0; i < plan.silent(); i++) {
                silent.add(new LazyWatcher(service.port(), watched, false));
            }
            for (int i = 0; i < plan.slow(); i++) {
                slow.add(new LazyWatcher(service.port(), watched, true));
            }
            fast.forEach(FastWatcher::connect);
            settle();
            long[] before = crowd.bytes();
            on.add(measure(plan.on()));
            leftBehind += crowd.leftBehind(before);
        } finally {
            fast.forEach(FastWatcher::disconnect);
            silentClosed += end(silent);
            slowClosed += end(slow);
        }
    }

    /// Ends connections, all at once, and counts those that the service had ended.
    private static int end(List<LazyWatcher> watchers) {
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

    /// The steps that each session has made.
    private long[] steps() {
        JsonNode views = api.get("/sessions?limit=1000").ok().path("sessions");
        return views.valueStream().mapToLong(view -> view.path("step").longValue()).toArray();
    }

    /// What is wrong with the losses that the fast watchers got.
    private List<String> faults() {
        String[] losses = losses();
        List<String> faults = new ArrayList<>();
        for (FastWatcher watcher : fast) {
            String fault = watcher.ledger().check(losses);
            if (fault != null) {
                faults.add(fault);
            }
        }
        return faults;
    }

    /// All losses of the session that is watched, as the service writes them.
    private String[] losses() {
        List<String> losses = new ArrayList<>();
        long size = api.view(watched).path("step").longValue();
        while (losses.size() < size) {
            long from = losses.size() + 1L;
            long to = Math.min(size, losses.size() + (long) LOSSES_PER_CALL);
            String reply =
                    api.get("/sessions/%s/losses?from=%d&to=%d".formatted(watched, from, to))
                            .body();
            int start = reply.indexOf('[') + 1;
            losses.addAll(List.of(reply.substring(start, reply.indexOf(']')).split(",", -1)));
        }
        return losses.toArray(String[]::new);
    }
}
