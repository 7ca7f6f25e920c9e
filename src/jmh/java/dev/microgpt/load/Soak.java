package dev.microgpt.load;

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

/// Uses the service in every way for half an hour, and looks whether it grows: its heap, its threads, its
/// open files. What leaks a little with each call shows here.
final class Soak {

    private static final Duration TIME_TO_END = Duration.ofSeconds(150);
    private static final Duration TIME_TO_SETTLE = Duration.ofSeconds(25);
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final Duration BETWEEN_SCRAPES = Duration.ofSeconds(5);
    private static final int LONGEST_PAUSE_MILLIS = 120;

    private final SoakPlan plan;
    private final PrintStream out;
    private final ServiceProcess service;
    private final HttpClient client;
    private final SoakSessions sessions;
    private final SoakTally tally = new SoakTally();
    private final SoakProbe probe;
    private final List<SoakSample> samples = new ArrayList<>();
    private volatile boolean isOver;

    private Soak(SoakPlan plan, PrintStream out, ServiceProcess service, HttpClient client) {
        this.plan = plan;
        this.out = out;
        this.service = service;
        this.client = client;
        sessions = new SoakSessions(plan.sessions());
        probe = new SoakProbe(service, tally);
    }

    /// Exits with 2 if the service grows, or answers as it should not.
    ///
    /// @param args what differs from the usual plan, like `minutes=5`
    public static void main(String[] args) throws IOException, InterruptedException {
        // The service ends a connection that has been idle for 20 s.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        SoakPlan plan = SoakPlan.of(args);
        out.println(plan);
        endLate(plan.time().plus(GRACE));
        System.exit(run(plan, out) ? 0 : 2);
    }

    /// Should something wait that never comes, this process ends nevertheless, and the service with it.
    private static void endLate(Duration most) {
        Thread.ofPlatform()
                .daemon()
                .name("end-late")
                .start(
                        () -> {
                            try {
                                Thread.sleep(most);
                            } catch (InterruptedException _) {
                                return;
                            }
                            System.exit(2);
                        });
    }

    /// Starts the service, uses it, and stops it.
    ///
    /// @return whether all is as wanted
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
        Map<String, Long> before;
        Map<String, Long> after;
        try {
            out.println(SoakSample.header());
            int number = (int) plan.time().dividedBy(plan.betweenSamples());
            sample(number / 3);
            before = probe.inventory();
            sample(number - number / 3);
            after = probe.inventory();
        } finally {
            isOver = true;
        }
        for (Thread user : users) {
            if (!user.join(TIME_TO_END)) {
                tally.failed("end", user.getName() + " does not come to an end");
            }
        }
        deleteAll();
        SoakReport report = new SoakReport(samples, tally, service.errors());
        report.print(out);
        out.println("more at the end than after the first third:");
        SoakReport.differences(before, after).forEach(line -> out.println("  " + line));
        tally.lines().forEach(out::println);
        if (service.errors() > 0) {
            out.println(service.log());
        }
        return report.isGood();
    }

    private void sample(int number) throws IOException, InterruptedException {
        for (int i = 0; i < number; i++) {
            Thread.sleep(plan.betweenSamples());
            samples.add(probe.sample());
            out.println(samples.getLast());
        }
    }

    /// What is left when nobody is there any more.
    private void deleteAll() throws IOException, InterruptedException {
        SoakCaller caller = caller(0);
        for (String session : sessions.takeAll()) {
            caller.delete(session);
        }
        Thread.sleep(TIME_TO_SETTLE);
        SoakSample left = probe.sample();
        out.println("when all have left, and their sessions are deleted:");
        out.println(left);
        if (left.sockets() + left.streams() > 0) {
            tally.failed("end", "live connections are left");
        }
    }

    // ---- those who use it

    private SoakCaller caller(int number) {
        return new SoakCaller(client, service.port(), sessions, tally, number);
    }

    private List<Thread> start() {
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < plan.callers(); i++) {
            users.add(start("caller " + i, i, LONGEST_PAUSE_MILLIS, caller(i)::call));
        }
        SoakGuest.Manner[] manners = SoakGuest.Manner.values();
        for (int i = 0; i < plan.guests(); i++) {
            SoakGuest guest =
                    new SoakGuest(
                            client,
                            service.port(),
                            sessions,
                            tally,
                            manners[i % manners.length],
                            i);
            users.add(start("guest " + i, i, 10 * LONGEST_PAUSE_MILLIS, guest::visit));
        }
        users.add(start("scraper", 0, (int) BETWEEN_SCRAPES.toMillis(), this::scrape));
        return users;
    }

    private interface Use {
        void once() throws InterruptedException;
    }

    /// Uses the service again and again, with pauses of up to so many milliseconds.
    private Thread start(String name, int seed, int longestPause, Use use) {
        SplittableRandom random = new SplittableRandom(seed);
        return Thread.ofVirtual()
                .name(name)
                .start(
                        () -> {
                            try {
                                while (!isOver) {
                                    use.once();
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
