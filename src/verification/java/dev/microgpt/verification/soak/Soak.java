package dev.microgpt.verification.soak;

import dev.microgpt.verification.support.ServiceProcess;

import org.springframework.util.FileSystemUtils;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Uses every feature of the service for half an hour and checks that its heap, its threads and its open
/// files do not grow. Finds what leaks a little with each call.
public final class Soak {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(150);
    private static final Duration SETTLE_TIME = Duration.ofSeconds(25);
    private static final Duration EXIT_GRACE = Duration.ofMinutes(5);
    private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(5);
    private static final int MAX_PAUSE_MILLIS = 120;

    private final SoakPlan plan;
    private final PrintStream out;
    private final ServiceProcess service;
    private final HttpClient client;
    private final SessionPool sessions;
    private final Tally tally = new Tally();
    private final ServiceProbe probe;
    private final List<Sample> samples = new ArrayList<>();
    private volatile boolean isOver;

    private Soak(SoakPlan plan, PrintStream out, ServiceProcess service, HttpClient client) {
        this.plan = plan;
        this.out = out;
        this.service = service;
        this.client = client;
        sessions = new SessionPool(plan.sessions());
        probe = new ServiceProbe(service, tally);
    }

    /// Exits with 2 if the service grows, or a call fails unexpectedly.
    ///
    /// @param args values that differ from the default plan, like `minutes=5`
    public static void main(String[] args) throws IOException, InterruptedException {
        // Shorter than the 20 s after which the service closes an idle connection.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        SoakPlan plan = SoakPlan.of(args);
        out.println(plan);
        exitAfter(plan.time().plus(EXIT_GRACE));
        System.exit(run(plan, out) ? 0 : 2);
    }

    /// Exits after the given time, even if a thread hangs, and so ends the service as well.
    private static void exitAfter(Duration limit) {
        Thread.ofPlatform()
                .daemon()
                .name("exit-timer")
                .start(
                        () -> {
                            try {
                                Thread.sleep(limit);
                            } catch (InterruptedException _) {
                                return;
                            }
                            System.exit(2);
                        });
    }

    /// Starts the service, carries out the plan, and stops the service.
    ///
    /// @return whether nothing grew and nothing failed
    static boolean run(SoakPlan plan, PrintStream out) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("microgpt-soak");
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (ServiceProcess service =
                ServiceProcess.launch(plan.heap(), data, plan.serviceOptions())) {
            service.awaitStart();
            return new Soak(plan, out, service, client).run();
        } finally {
            client.shutdownNow();
            FileSystemUtils.deleteRecursively(data);
        }
    }

    private boolean run() throws IOException, InterruptedException {
        List<Thread> users = start();
        Map<String, Long> inventoryBefore;
        Map<String, Long> inventoryAfter;
        try {
            out.println(Sample.header());
            int count = (int) plan.time().dividedBy(plan.betweenSamples());
            sample(count / 3);
            inventoryBefore = probe.inventory();
            sample(count - count / 3);
            inventoryAfter = probe.inventory();
        } finally {
            isOver = true;
        }
        for (Thread user : users) {
            if (!user.join(END_TIMEOUT)) {
                tally.failed("end", user.getName() + " did not end in time");
            }
        }
        deleteAll();
        SoakReport report = new SoakReport(samples, tally, service.errors());
        report.print(out);
        out.println("growth since the end of the first third:");
        SoakReport.differences(inventoryBefore, inventoryAfter)
                .forEach(line -> out.println("  " + line));
        tally.lines().forEach(out::println);
        if (service.errors() > 0) {
            out.println(service.log());
        }
        return report.isGood();
    }

    private void sample(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Thread.sleep(plan.betweenSamples());
            samples.add(probe.sample());
            out.println(samples.getLast());
        }
    }

    /// Deletes all sessions, and checks that no live connection is left.
    private void deleteAll() throws IOException, InterruptedException {
        RestCaller caller = caller(0);
        for (String session : sessions.takeAll()) {
            caller.delete(session);
        }
        Thread.sleep(SETTLE_TIME);
        Sample left = probe.sample();
        out.println("after all clients have left and all sessions are deleted:");
        out.println(left);
        if (left.sockets() + left.streams() > 0) {
            tally.failed("end", "live connections are still open");
        }
    }

    // ---- clients

    private RestCaller caller(int number) {
        return new RestCaller(client, service.port(), sessions, tally, number);
    }

    private List<Thread> start() {
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < plan.callers(); i++) {
            users.add(start("caller " + i, i, MAX_PAUSE_MILLIS, caller(i)::call));
        }
        LiveVisitor.Behavior[] behaviors = LiveVisitor.Behavior.values();
        for (int i = 0; i < plan.visitors(); i++) {
            LiveVisitor visitor =
                    new LiveVisitor(
                            client,
                            service.port(),
                            sessions,
                            tally,
                            behaviors[i % behaviors.length],
                            i);
            users.add(start("visitor " + i, i, 10 * MAX_PAUSE_MILLIS, visitor::visit));
        }
        users.add(start("scraper", 0, (int) SCRAPE_INTERVAL.toMillis(), this::scrape));
        return users;
    }

    private interface Activity {
        void perform() throws InterruptedException;
    }

    /// Starts a thread that repeats an activity until the end, with random pauses in between.
    ///
    /// @param longestPause exclusive upper bound of a pause, in milliseconds
    private Thread start(String name, int seed, int longestPause, Activity activity) {
        SplittableRandom random = new SplittableRandom(seed);
        return Thread.ofVirtual()
                .name(name)
                .start(
                        () -> {
                            try {
                                while (!isOver) {
                                    activity.perform();
                                    Thread.sleep(random.nextInt(longestPause));
                                }
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    private void scrape() {
        try {
            probe.metrics();
            tally.done("scrape");
        } catch (IOException | RuntimeException e) {
            tally.failed("scrape", e.toString());
        }
    }
}
