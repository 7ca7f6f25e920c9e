package dev.microgpt.verification.cluster;

import dev.microgpt.verification.cluster.ClusterTally.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Checks that a cluster loses nothing and makes nothing twice, whatever fails. Clients call and watch random nodes
/// while one fault after the other is made; each answer, each stream and the final state of each session are compared
/// with a control that has no faults.
public final class ClusterFaults {

    private static final int PROBES = 20;
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(400);
    private static final Duration CHECK_TIMEOUT = Duration.ofMinutes(10);

    /// Work that may be interrupted.
    private interface Work {
        void run() throws InterruptedException;
    }

    private final ClusterPlan plan;
    private final Cluster cluster;
    private final ClusterTally tally;
    private final SplittableRandom random;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private final List<ClusterClient> clients = new ArrayList<>();
    private final List<SessionLog> watched = new ArrayList<>();
    private final List<SessionLog> probes = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final ClusterCalls calls;
    private volatile boolean areClientsOver;
    private volatile boolean areWatchersOver;

    private ClusterFaults(ClusterPlan plan, Cluster cluster, ClusterTally tally) {
        this.plan = plan;
        this.cluster = cluster;
        this.tally = tally;
        random = new SplittableRandom(plan.seed());
        calls = new ClusterCalls(cluster.nodes(), tally);
    }

    /// Exits with 1 if the cluster did something wrong, and with 2 if sessions were taken over too slowly.
    ///
    /// @param args values that differ from the default plan, like `kills=5`
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of("target", "cluster", UUID.randomUUID().toString());
        ClusterTally tally = run(ClusterPlan.of(args), directory, out);
        tally.print();
        if (!tally.violations().isEmpty()) {
            out.println("the logs of the nodes are in " + directory);
            System.exit(1);
        }
        System.exit(tally.isFast() ? 0 : 2);
    }

    /// Carries out a plan.
    ///
    /// @param directory a new directory for data and logs
    static ClusterTally run(ClusterPlan plan, Path directory, PrintStream out)
            throws InterruptedException {
        ClusterTally tally = new ClusterTally(out);
        try (Cluster cluster = new Cluster(plan.partitions() > 0, directory)) {
            ClusterFaults test = new ClusterFaults(plan, cluster, tally);
            try {
                test.run();
            } finally {
                test.areClientsOver = true;
                test.areWatchersOver = true;
                test.threads.shutdownNow();
            }
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            tally.violation(Kind.FAILED, "the test ended early: " + stackTrace(e));
        }
        return tally;
    }

    private static String stackTrace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void run()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        cluster.start();
        tally.say("all nodes serve");
        ClusterClient prober = prepare();
        List<Future<?>> watching = all(watchers, watcher -> watcher.run(() -> areWatchersOver));
        List<Future<?>> loads = all(clients, client -> client.run(() -> areClientsOver));
        FaultInjector injector =
                new FaultInjector(cluster, calls, prober, probes, random.split(), threads, tally);
        makeFaults(injector, watching, loads);
        areClientsOver = true;
        await(loads, CLIENT_TIMEOUT);
        if (!cluster.awaitSettled(SETTLE_TIMEOUT)) {
            tally.violation(Kind.SLOW, "at the end: " + cluster.describe());
        }
        tally.say("checking");
        check();
        areWatchersOver = true;
        await(watching, CLIENT_TIMEOUT);
    }

    /// Creates the sessions that are watched, and those by which takeovers are measured.
    private ClusterClient prepare() throws InterruptedException {
        for (int i = 0; i < plan.clients(); i++) {
            ClusterClient client = new ClusterClient("c" + i, random.split(), calls, tally);
            clients.add(client);
            watched.add(client.createWatched());
        }
        for (int i = 0; i < plan.watchers(); i++) {
            SessionLog session = watched.get(i / 2 % watched.size());
            watchers.add(
                    i % 2 == 0
                            ? new SocketWatcher(
                                    "WebSocket " + i,
                                    session,
                                    cluster.nodes(),
                                    random.split(),
                                    tally)
                            : new EventsWatcher(
                                    "event stream " + i,
                                    session,
                                    cluster.nodes(),
                                    random.split(),
                                    tally));
        }
        ClusterClient prober = new ClusterClient("probe", random.split(), calls, tally);
        for (int i = 0; i < PROBES; i++) {
            probes.add(prober.create());
        }
        return prober;
    }

    private void makeFaults(FaultInjector injector, List<Future<?>> watching, List<Future<?>> loads)
            throws IOException, InterruptedException, ExecutionException {
        long end = System.nanoTime() + plan.time().toNanos();
        List<Fault> faults = Fault.of(plan);
        for (int i = 0; i < faults.size(); i++) {
            if (System.nanoTime() - end > 0) {
                tally.say(
                        "the time is over: %d faults of the plan are left out"
                                .formatted(faults.size() - i));
                return;
            }
            injector.make(faults.get(i));
            requireRunning(watching);
            requireRunning(loads);
        }
    }

    /// Clients and watchers end early only if the test has a fault.
    private static void requireRunning(List<Future<?>> futures)
            throws InterruptedException, ExecutionException {
        for (Future<?> future : futures) {
            if (future.isDone()) {
                @Nullable Object _ = future.get();
                throw new IllegalStateException("a client has ended early");
            }
        }
    }

    private void check() throws InterruptedException, ExecutionException, TimeoutException {
        ClusterCheck check = new ClusterCheck(cluster.nodes(), calls, random.split(), tally);
        List<Work> work = new ArrayList<>();
        for (ClusterClient client : clients) {
            work.add(
                    () -> {
                        for (SessionLog session : client.sessions()) {
                            check.check(session);
                        }
                        for (SessionLog session : client.deleted()) {
                            check.checkDeleted(session);
                        }
                    });
        }
        for (SessionLog probe : probes) {
            if (!probe.isDropped()) {
                work.add(() -> check.check(probe));
            }
        }
        await(all(work, Work::run), CHECK_TIMEOUT);
        for (Watcher watcher : watchers) {
            for (SessionLog session : watched) {
                if (session.name().equals(watcher.session())) {
                    check.check(watcher, session);
                }
            }
        }
    }

    /// Work on one item that may be interrupted.
    private interface WorkOn<T> {
        void run(T item) throws InterruptedException;
    }

    private <T> List<Future<?>> all(List<T> items, WorkOn<T> work) {
        List<Future<?>> futures = new ArrayList<>();
        for (T item : items) {
            futures.add(
                    threads.submit(
                            () -> {
                                work.run(item);
                                return null;
                            }));
        }
        return futures;
    }

    private static void await(List<Future<?>> futures, Duration timeout)
            throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + timeout.toNanos();
        for (Future<?> future : futures) {
            @Nullable Object _ =
                    future.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
