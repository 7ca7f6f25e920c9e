package dev.microgpt.verification.start;

import dev.microgpt.verification.coldstart.PackagedService;
import dev.microgpt.verification.support.Arguments;
import dev.microgpt.verification.support.Statistics;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Measures the time from the start of a process to its first response, and its processor time until then, for each way to
/// start the package. The ways take turns, so that a change of the machine's speed affects all of them.
public final class StartTimes {

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(2); // it may write a cache
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(2);

    /// A way to start the service.
    ///
    /// @param files what is read from the disk at a start, besides the JDK
    private record Way(
            String name, List<String> command, Map<String, String> environment, Path files) {}

    /// @param processor the time that all threads of the process have had, in s
    private record Start(double seconds, double processor) {}

    private final Path work;
    private final PrintStream out;

    private StartTimes(Path work, PrintStream out) {
        this.work = work;
        this.out = out;
    }

    /// Prints the medians.
    ///
    /// @param args like `starts=3`; with `cold=1`, files are evicted from the page cache before each start; the files of
    ///     other jars to compare with, such as the package of an earlier version
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String[] numbers =
                Arrays.stream(args).filter(arg -> !arg.endsWith(".jar")).toArray(String[]::new);
        Arguments values = Arguments.parse(Map.of("starts", 10L, "cold", 0L), numbers);
        List<Path> others =
                Arrays.stream(args).filter(arg -> arg.endsWith(".jar")).map(Path::of).toList();
        Path work = Files.createTempDirectory("start-times");
        try {
            new StartTimes(work, out)
                    .run(values.intValue("starts"), values.intValue("cold") != 0, others);
        } finally {
            PackagedService.delete(work);
        }
    }

    private void run(int starts, boolean isCold, List<Path> others)
            throws IOException, InterruptedException {
        Path target = Path.of("target").toAbsolutePath();
        Path jar = PackagedService.jarIn(target);
        Path folder = target.resolve("microgpt-server");
        Path cache = work.resolve("cache");
        String script = folder.resolve("bin/microgpt-server").toString();
        Way cached =
                new Way(
                        "plain jars with a cache",
                        List.of(script),
                        Map.of(
                                "MICROGPT_CACHE_DIR", cache.toString(),
                                "JAVA_HOME", System.getProperty("java.home")),
                        folder);
        List<Way> ways = new ArrayList<>();
        for (Path other : others) {
            ways.add(new Way(other.getFileName().toString(), java(other), Map.of(), other));
        }
        ways.add(new Way("one jar", java(jar), Map.of(), jar));
        ways.add(
                new Way(
                        "plain jars",
                        java(folder.resolve("microgpt-server.jar")),
                        Map.of(),
                        folder));
        ways.add(cached);
        ways.add(new Way("files of the image", imageCommand(jar), Map.of(), image()));
        start(cached); // makes the cache
        List<List<Start>> measured =
                ways.stream().<List<Start>>map(_ -> new ArrayList<>()).toList();
        for (int i = 0; i < starts; i++) {
            for (int way = 0; way < ways.size(); way++) {
                if (isCold) {
                    evict(ways.get(way).files());
                    evict(cache);
                    evict(Path.of(System.getProperty("java.home"), "lib"));
                }
                measured.get(way).add(start(ways.get(way)));
            }
        }
        for (int way = 0; way < ways.size(); way++) {
            List<Start> each = measured.get(way);
            out.printf(
                    "%-24s first response after %s s, processor time %s s, medians of %d %s starts%n",
                    ways.get(way).name(),
                    summary(each.stream().map(Start::seconds)),
                    summary(each.stream().map(Start::processor)),
                    starts,
                    isCold ? "cold" : "warm");
        }
    }

    private Path image() {
        return work.resolve("image");
    }

    /// Lays out the files of the image, with its cache, as the Dockerfile does.
    ///
    /// @return the command of the image
    private List<String> imageCommand(Path jar) throws IOException, InterruptedException {
        Path train = Path.of("src/build/train-aot.sh").toAbsolutePath();
        run(
                work,
                PackagedService.javaCommand().getFirst(),
                "-Djarmode=tools",
                "-jar",
                jar.toString(),
                "extract",
                "--destination",
                image().toString(),
                "--application-filename",
                "microgpt-server.jar");
        run(
                image(),
                "bash",
                "-c",
                "jar -xf lib/sqlite-jdbc-*.jar \"org/sqlite/native/Linux/$(uname -m)\" && mv org/sqlite/native/Linux/* native");
        String nativeCode = "-Dorg.sqlite.lib.path=" + image().resolve("native");
        run(image(), train.toString(), "microgpt-server.aot", nativeCode);
        String java = PackagedService.javaCommand().getFirst();
        return List.of(
                "bash",
                "-c",
                "cd \"$0\" && exec \"$1\" -XX:AOTCache=microgpt-server.aot \"$2\" -jar microgpt-server.jar \"${@:3}\"",
                image().toString(),
                java,
                nativeCode);
    }

    /// Runs a command to its end.
    private void run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = work.resolve("log.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        String bin = Path.of(System.getProperty("java.home"), "bin").toString();
        builder.environment().merge("PATH", bin, (path, first) -> first + ":" + path);
        Process process = builder.start();
        if (!process.waitFor(COMMAND_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(
                    "%s failed:%n%s".formatted(List.of(command), Files.readString(log)));
        }
    }

    private static String summary(Stream<Double> values) {
        List<Double> sorted = values.sorted().toList();
        return "%.2f (%.2f to %.2f)"
                .formatted(Statistics.median(sorted), sorted.getFirst(), sorted.getLast());
    }

    private static List<String> java(Path jar) {
        List<String> command = new ArrayList<>(PackagedService.javaCommand());
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private Start start(Way way) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(work, "service");
        long begin = System.nanoTime();
        try (PackagedService service =
                        PackagedService.start(
                                way.command(), way.environment(), directory, List.of());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Void> response =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/api/v1/limits"
                                                            .formatted(service.port())))
                                    .timeout(CALL_TIMEOUT)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            double seconds = (System.nanoTime() - begin) / 1e9;
            double processor = service.processorTime().toNanos() / 1e9;
            if (response.statusCode() != 200 || !service.stopWithin(STOP_TIMEOUT)) {
                throw new IOException(
                        "%s: status %d, or it did not stop:%n%s"
                                .formatted(way.name(), response.statusCode(), service.log()));
            }
            return new Start(seconds, processor);
        } finally {
            PackagedService.delete(directory);
        }
    }

    /// Drops a file, or all below a directory, from the page cache of Linux.
    private void evict(Path root) throws IOException, InterruptedException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                run(work, "dd", "if=" + file, "iflag=nocache", "count=0");
            }
        }
    }
}
