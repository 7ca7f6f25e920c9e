package dev.microgpt.verification.crash;

import dev.microgpt.support.Api;
import dev.microgpt.verification.support.ServiceProcess;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Checks that confirmed changes survive when the process is killed at any moment. Clients make random calls;
/// the process is killed, restarted with the same data, and compared with its earlier responses, repeatedly.
public final class CrashRecovery {

    private static final int HEAP_MB = 256;
    private static final int MAX_STOP_MILLIS = 600;
    private static final int MAX_START_MILLIS = 6000;
    private static final int RUN_TIMEOUT_SECONDS = 60;
    private static final int POLL_MILLIS = 5;

    private final CrashPlan plan;
    private final Path data;
    private final SplittableRandom random;
    private final Tally tally = new Tally();
    private final List<RandomClient> clients;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final long deadline;
    private volatile boolean isEnding;

    private CrashRecovery(CrashPlan plan, Path data) {
        this.plan = plan;
        this.data = data;
        random = new SplittableRandom(plan.seed());
        deadline = System.nanoTime() + plan.timeLimit().toNanos();
        clients =
                IntStream.range(0, plan.clients())
                        .mapToObj(
                                i ->
                                        new RandomClient(
                                                "c" + i, random.split(), tally, () -> isEnding))
                        .toList();
    }

    /// Exits with 2 if the service lost or changed something that it had confirmed.
    ///
    /// @param args values that differ from the default plan, like `kills=5`
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path data = Path.of("target", "crash", UUID.randomUUID().toString());
        Tally tally = run(CrashPlan.of(args), data);
        tally.print(out);
        if (!tally.violations().isEmpty()) {
            out.println("the data is in " + data);
        }
        System.exit(tally.violations().isEmpty() ? 0 : 2);
    }

    /// Carries out a plan.
    ///
    /// @param data a new directory for the data of the service
    static Tally run(CrashPlan plan, Path data) throws InterruptedException {
        CrashRecovery recovery = new CrashRecovery(plan, data);
        try {
            recovery.run();
        } catch (IOException
                | TimeoutException
                | ExecutionException
                | RuntimeException
                | AssertionError e) {
            recovery.tally.violation("the test ended early: " + RandomClient.stackTrace(e));
        } finally {
            recovery.threads.shutdownNow();
        }
        return recovery.tally;
    }

    private void run()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        while (tally.kills() < plan.kills()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(
                        "only %d kills before the time limit".formatted(tally.kills()));
            }
            if (tally.kills() > 0 && random.nextInt(6) == 0) {
                killWhileStarting();
            } else {
                checkAndCrash();
            }
        }
        try (ServiceProcess service = start()) {
            Api api = new Api(service.port());
            await(all(client -> client.check(api)));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_TIMEOUT_SECONDS);
            await(all(client -> client.awaitRuns(api, end)));
            await(all(client -> client.check(api)));
            requireNoErrors(service);
        }
    }

    /// Starts the service, checks all sessions, and kills it while the clients make more calls.
    private void checkAndCrash()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (ServiceProcess service = start()) {
            Api api = new Api(service.port());
            await(all(client -> client.check(api)));
            int before = tally.responses();
            List<Future<?>> loads = all(client -> client.load(api));
            awaitResponse(before, loads);
            sleep(CrashPlan.MIN_LOAD, plan.load());
            isEnding = true;
            String phase = "under load";
            if (random.nextInt(5) == 0) {
                phase = "while stopping";
                service.requestStop();
                sleep(0, MAX_STOP_MILLIS);
            }
            service.kill();
            tally.killed(phase);
            await(loads);
            requireNoErrors(service);
        } finally {
            isEnding = false;
        }
    }

    /// Waits for the first response: on a busy machine, a service that has just started may be slow.
    private void awaitResponse(int before, List<Future<?>> loads)
            throws InterruptedException, TimeoutException {
        while (tally.responses() == before && !loads.stream().allMatch(Future::isDone)) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("no response before the time limit");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void killWhileStarting() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.launch(HEAP_MB, data, List.of())) {
            sleep(0, MAX_START_MILLIS);
            service.kill();
            tally.killed("while starting");
            requireNoErrors(service);
        }
    }

    private void sleep(int min, int max) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(min, max + 1));
    }

    private ServiceProcess start() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        ServiceProcess service = ServiceProcess.launch(HEAP_MB, data, List.of());
        service.awaitStart();
        try {
            new Api(service.port()).get("/sessions").ok();
        } catch (RuntimeException | AssertionError e) {
            service.close();
            throw e;
        }
        tally.started((System.nanoTime() - begin) / 1e9);
        return service;
    }

    private void requireNoErrors(ServiceProcess service) {
        if (service.errors() > 0) {
            tally.violation("errors in the log:\n" + service.log());
        }
    }

    private List<Future<?>> all(Consumer<RandomClient> work) {
        List<Future<?>> futures = new ArrayList<>();
        for (RandomClient client : clients) {
            futures.add(threads.submit(() -> work.accept(client)));
        }
        return futures;
    }

    private void await(List<Future<?>> futures)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (Future<?> future : futures) {
            @Nullable Object _ =
                    future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
