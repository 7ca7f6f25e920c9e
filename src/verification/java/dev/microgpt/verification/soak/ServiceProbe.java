package dev.microgpt.verification.soak;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.support.HeapUse;
import dev.microgpt.verification.support.ServiceProcess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Measures the service from outside. Needs Linux, for `/proc`.
final class ServiceProbe {

    private final ServiceProcess service;
    private final Api api;
    private final Tally tally;
    private final Path process;
    private final long start = System.nanoTime();

    ServiceProbe(ServiceProcess service, Tally tally) {
        this.service = service;
        this.tally = tally;
        api = new Api(service.port());
        process = Path.of("/proc", String.valueOf(service.pid()));
    }

    Sample sample() throws IOException, InterruptedException {
        HeapUse heap = service.heap();
        String metrics = metrics();
        String status = Files.readString(process.resolve("status"));
        return new Sample(
                (System.nanoTime() - start) / 60e9,
                heap.total(),
                heap.others(),
                field(status, "Threads:"),
                countHandles(),
                field(status, "VmRSS:") << 10,
                metric(metrics, "microgpt_store_size_bytes"),
                metric(metrics, "microgpt_live_connections{transport=\"websocket\"}"),
                metric(metrics, "microgpt_live_connections{transport=\"events\"}"),
                metric(metrics, "microgpt_sessions{"),
                metric(metrics, "microgpt_sessions_loaded"),
                metric(metrics, "microgpt_wake_seconds_count"),
                tally.calls(),
                tally.failed());
    }

    /// Returns the metrics in the text format of Prometheus.
    String metrics() throws IOException {
        Reply reply = api.send(api.root("/actuator/prometheus"));
        if (reply.status() != 200) {
            throw new IOException("/actuator/prometheus: " + reply);
        }
        return reply.body();
    }

    /// Returns the sum of the values whose lines start with a prefix.
    private static long metric(String metrics, String prefix) {
        return Math.round(
                metrics.lines()
                        .filter(line -> line.startsWith(prefix))
                        .mapToDouble(
                                line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum());
    }

    private static long field(String status, String name) {
        String line = status.lines().filter(l -> l.startsWith(name)).findFirst().orElse(name + "0");
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private long countHandles() throws IOException {
        try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
            return handles.count();
        }
    }

    /// Counts what may leak: the bytes of each class on the heap, and threads and handles by name.
    Map<String, Long> inventory() throws IOException, InterruptedException {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : service.histogram().lines().toList()) {
            List<String> columns = List.of(line.strip().split("\\s+", -1));
            if (columns.size() >= 4 && columns.getFirst().endsWith(":")) {
                counts.merge("heap " + columns.get(3), Long.valueOf(columns.get(2)), Long::sum);
            }
        }
        try (Stream<Path> handles = Files.list(process.resolve("fd"));
                Stream<Path> threads = Files.list(process.resolve("task"))) {
            handles.forEach(handle -> count("handle " + target(handle), counts));
            threads.forEach(thread -> count("thread " + name(thread), counts));
        }
        return counts;
    }

    private static void count(String what, Map<String, Long> counts) {
        counts.merge(what.replaceAll("\\d+", "#"), 1L, Long::sum);
    }

    private static String target(Path handle) {
        try {
            return Files.readSymbolicLink(handle).toString();
        } catch (IOException _) {
            return "closed";
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException _) {
            return "ended";
        }
    }
}
