package dev.microgpt.crash;

import dev.microgpt.load.ServiceProcess;
import dev.microgpt.support.Api;

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

/// The crash test: does what an answered call has changed survive that the process is killed at any
/// moment? Clients call at random; the process is killed, started again with the same data, and
/// compared with what it had answered; again and again.
final class Crashes {

    private static final int HEAP = 256;
    private static final int MOST_STOP_MILLIS = 600;
    private static final int MOST_START_MILLIS = 6000;
    private static final int RUN_SECONDS = 60;
    private static final int POLL_MILLIS = 5;

    private final CrashPlan plan;
    private final Path data;
    private final SplittableRandom random;
    private final Tally tally = new Tally();
    private final List<Client> clients;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final long deadline;
    private volatile boolean isEnding;

    private Crashes(CrashPlan plan, Path data) {
        this.plan = plan;
        this.data = data;
        random = new SplittableRandom(plan.seed());
        deadline = System.nanoTime() + plan.time().toNanos();
        clients =
                IntStream.range(0, plan.clients())
                        .mapToObj(i -> new Client("c" + i, random.split(), tally, () -> isEnding))
                        .toList();
    }

    /// Exits with 2 if anything that was answered is lost.
    ///
    /// @param args what differs from the usual plan, like `kills=5`
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

    /// Does what the plan says.
    ///
    /// @param data a new directory
    static Tally run(CrashPlan plan, Path data) throws InterruptedException {
        Crashes crashes = new Crashes(plan, data);
        try {
            crashes.run();
        } catch (IOException
                | TimeoutException
                | ExecutionException
                | RuntimeException
                | AssertionError e) {
            crashes.tally.violation("the test ends early: " + Client.trace(e));
        } finally {
            crashes.threads.shutdownNow();
        }
        return crashes.tally;
    }

    private void run()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        while (tally.kills() < plan.kills()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("only %d kills".formatted(tally.kills()));
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
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_SECONDS);
            await(all(client -> client.awaitRuns(api, end)));
            await(all(client -> client.check(api)));
            requireNoErrors(service);
        }
    }

    /// A whole round: what was answered before must be there; then more calls, in the midst of which the
    /// process is gone.
    private void checkAndCrash()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (ServiceProcess service = start()) {
            Api api = new Api(service.port());
            await(all(client -> client.check(api)));
            int before = tally.answers();
            List<Future<?>> loads = all(client -> client.load(api));
            awaitAnswer(before, loads);
            sleep(CrashPlan.LEAST_LOAD, plan.load());
            isEnding = true;
            String how = "under load";
            if (random.nextInt(5) == 0) {
                how = "while stopping";
                service.askToStop();
                sleep(0, MOST_STOP_MILLIS);
            }
            service.kill();
            tally.ended(how);
            await(loads);
            requireNoErrors(service);
        } finally {
            isEnding = false;
        }
    }

    /// Waits until a call is answered: on a busy machine, a service that has just started takes its time.
    private void awaitAnswer(int before, List<Future<?>> loads)
            throws InterruptedException, TimeoutException {
        while (tally.answers() == before && !loads.stream().allMatch(Future::isDone)) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("no answer");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void killWhileStarting() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.launch(HEAP, data, List.of())) {
            sleep(0, MOST_START_MILLIS);
            service.kill();
            tally.ended("while starting");
            requireNoErrors(service);
        }
    }

    private void sleep(int least, int most) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(least, most + 1));
    }

    private ServiceProcess start() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        ServiceProcess service = ServiceProcess.launch(HEAP, data, List.of());
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

    private List<Future<?>> all(Consumer<Client> work) {
        List<Future<?>> futures = new ArrayList<>();
        for (Client client : clients) {
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
