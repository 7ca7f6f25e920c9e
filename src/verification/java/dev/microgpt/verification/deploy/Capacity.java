package dev.microgpt.verification.deploy;

import dev.microgpt.store.TestPostgres;
import dev.microgpt.support.Api;
import dev.microgpt.support.RawWebSocket;
import dev.microgpt.verification.support.ServiceProcess;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Measures what one node needs for its sessions: of PostgreSQL, of the network and of memory. The plan in `cluster.md`
/// multiplies these figures.
public final class Capacity {

    private static final Duration PHASE = Duration.ofSeconds(15);
    private static final Duration EVICTION = Duration.ofSeconds(10);
    private static final int HEAP_MB = 1024;
    private static final int BUSY = 50;
    private static final int IDLE = 500;
    private static final int FRAMES = 100;
    private static final long STEPS = 1_000_000_000L;
    private static final String FULL_SPEED = "full speed";

    private final PrintStream out;
    private final String url;
    private final ServiceProcess service;
    private final Api api;

    private Capacity(PrintStream out, String url, ServiceProcess service) {
        this.out = out;
        this.url = url;
        this.service = service;
        api = new Api(service.port());
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String url = TestPostgres.url(Path.of("target", "capacity", UUID.randomUUID().toString()));
        List<String> options =
                List.of(
                        "--microgpt.store.url=" + url,
                        "--microgpt.limits.session-bytes=1"); // idle sessions are evicted
        try (ServiceProcess service = ServiceProcess.start(HEAP_MB, options)) {
            Capacity capacity = new Capacity(out, url, service);
            capacity.measureIdle();
            capacity.measureFrames();
            capacity.measureTraining(1, 0);
            capacity.measureTraining(BUSY, 10);
            capacity.measureTraining(BUSY, 100);
            capacity.measureTraining(BUSY, 0);
        }
        System.exit(0);
    }

    /// @param wal bytes of write-ahead log
    private record Counters(long wal, long transactions, double steps, long nanos) {}

    private Counters counters() throws SQLException {
        return new Counters(
                query("SELECT (pg_current_wal_lsn() - '0/0')::bigint"),
                query(
                        "SELECT xact_commit FROM pg_stat_database"
                                + " WHERE datname = current_database()"),
                metric("microgpt_steps_total"),
                System.nanoTime());
    }

    private long query(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private double metric(String name) {
        String body = api.send(api.root("/actuator/prometheus")).body();
        Matcher matcher = Pattern.compile("^" + name + " (\\S+)$", Pattern.MULTILINE).matcher(body);
        if (!matcher.find()) {
            throw new IllegalStateException("there is no " + name);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /// Measures sessions of 20 steps: in the database, and in memory before and after they are evicted.
    private void measureIdle() throws SQLException, InterruptedException {
        long size = query("SELECT pg_database_size(current_database())");
        long heap = service.heap().total();
        for (int i = 0; i < IDLE; i++) {
            api.init("idle-" + i, Map.of("dataset", "names", "seed", i));
            api.step("idle-" + i, 20);
        }
        double loaded =
                metric("microgpt_sessions_memory_bytes") / metric("microgpt_sessions_loaded");
        Thread.sleep(EVICTION);
        String tables =
                text(
                        "SELECT string_agg(relname || ' ' || pg_total_relation_size(relid) / "
                                + IDLE
                                + ", ', ' ORDER BY relname) FROM pg_stat_user_tables"
                                + " WHERE relname IN ('session', 'save', 'keyframe', 'loss', 'change')");
        out.printf("  of them, in each table: %s%n", tables);
        out.printf(
                "%d idle sessions: %,d bytes each in the database, %,d on the heap when evicted (%.0f still"
                        + " loaded); a loaded one counts as %,.0f bytes%n",
                IDLE,
                (query("SELECT pg_database_size(current_database())") - size) / IDLE,
                (service.heap().total() - heap) / IDLE,
                metric("microgpt_sessions_loaded"),
                loaded);
    }

    private void measureFrames() throws IOException {
        api.init("watched", Map.of("dataset", "names", "numSteps", STEPS));
        api.post("/sessions/watched/runs", Map.of("steps", STEPS)).ok();
        for (String viz : List.of("none", "last")) {
            try (RawWebSocket socket = RawWebSocket.connect(api.port())) {
                socket.sendText(
                        "{\"type\":\"subscribe\",\"session\":\"watched\",\"viz\":\"%s\"}"
                                .formatted(viz));
                long bytes = 0;
                int frames = 0;
                long start = System.nanoTime();
                while (frames < FRAMES) {
                    RawWebSocket.Frame frame = socket.next();
                    bytes += frame.payload().length;
                    String text = new String(frame.payload(), StandardCharsets.UTF_8);
                    frames += text.startsWith("{\"type\":\"frame\"") ? 1 : 0; // other parts follow
                }
                out.printf(
                        "a watcher of a session at full speed, viz %s: %.0f frames/s of %,d bytes%n",
                        viz, frames / ((System.nanoTime() - start) / 1e9), bytes / frames);
            }
        }
        api.delete("/sessions/watched");
    }

    /// Measures sessions that train.
    ///
    /// @param rate steps per second of each; 0 for as many as possible
    private void measureTraining(int sessions, int rate) throws SQLException, InterruptedException {
        for (int i = 0; i < sessions; i++) {
            api.init("busy-" + i, Map.of("dataset", "names", "seed", i, "numSteps", STEPS));
            api.post(
                            "/sessions/busy-" + i + "/runs",
                            rate == 0
                                    ? Map.of("steps", STEPS)
                                    : Map.of("steps", STEPS, "stepsPerSecond", rate))
                    .ok();
        }
        Thread.sleep(PHASE);
        Counters before = counters();
        Thread.sleep(PHASE);
        Counters after = counters();
        for (int i = 0; i < sessions; i++) {
            api.delete("/sessions/busy-" + i);
        }
        double seconds = (after.nanos - before.nanos) / 1e9;
        double steps = after.steps - before.steps;
        double transactions = after.transactions - before.transactions;
        out.printf(
                "%d sessions at %s: %,.0f steps/s, %,.1f transactions/s, %.1f bytes of WAL per step, %,.0f per"
                        + " session and second%n",
                sessions,
                rate == 0 ? FULL_SPEED : rate + " steps/s each",
                steps / seconds,
                transactions / seconds,
                (after.wal - before.wal) / steps,
                (after.wal - before.wal) / seconds / sessions);
    }
}
