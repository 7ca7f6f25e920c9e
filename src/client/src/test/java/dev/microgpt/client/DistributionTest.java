package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.coldstart.PackagedService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Starts the service with the script of the folder that the build makes.
@Timeout(600)
final class DistributionTest {

    private static final Path SCRIPT =
            Path.of(System.getProperty("service.target"), "microgpt-server/bin/microgpt-server")
                    .toAbsolutePath();

    /// The JVM writes the cache before it ends.
    private static final Duration STOP = Duration.ofMinutes(2);

    @TempDir private Path work;

    @Test
    void laterStartsUseTheCacheOfTheFirst() throws Exception {
        Path caches = work.resolve("caches");

        assertThat(start(caches)).isEmpty();
        assertThat(caches).isDirectoryContaining("glob:**.aot.*");
        assertThat(start(caches)).isNotEmpty();
        assertThat(files(caches)).singleElement().asString().endsWith(".aot");
    }

    @Test
    void anIncompleteCacheIsReplaced() throws Exception {
        Path caches = work.resolve("caches");
        start(caches);
        Path written = files(caches).getFirst();
        Files.write(written, List.of("incomplete"));

        assertThat(start(caches)).isEmpty();
        assertThat(start(caches)).isNotEmpty();
    }

    @Test
    void startsWithoutACacheWhereItCannotBeWritten() throws Exception {
        Path file = Files.createFile(work.resolve("file"));

        assertThat(start(file.resolve("caches"))).isEmpty();
        assertThat(file).isEmptyFile();
    }

    @Test
    void saysWhichJavaIsMissing() throws Exception {
        assertThat(refusal(work.resolve("none").toString()))
                .isEqualTo(
                        "microgpt-server needs Java 25. This one does not start: %s/none/bin/java"
                                .formatted(work));
        Path old = Files.createDirectories(work.resolve("old/bin")).resolve("java");
        Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"17.0.2\" 2022-01-18' >&2\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        assertThat(refusal(work.resolve("old").toString()))
                .isEqualTo("microgpt-server needs Java 25, but this is Java 17: %s".formatted(old));
    }

    /// Starts and stops the service.
    ///
    /// @return the classes of the service that came from the cache
    private List<String> start(Path caches) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(work, "service");
        Map<String, String> environment = new HashMap<>();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        // The JVM that writes the cache logs to a file of its own.
        environment.put("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + work.resolve("loaded-%p"));
        environment.put("MICROGPT_CACHE_DIR", caches.toString());
        Path loaded;
        try (PackagedService service =
                PackagedService.start(
                        List.of(SCRIPT.toString()), environment, directory, List.of())) {
            loaded = work.resolve("loaded-" + service.pid());
            assertThat(service.stopWithin(STOP)).isTrue();
        }
        try (Stream<String> lines = Files.lines(loaded)) {
            return lines.filter(line -> line.contains(" dev.microgpt."))
                    .filter(line -> line.contains("shared objects file"))
                    .toList();
        }
    }

    private String refusal(String javaHome) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", javaHome);
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return new String(process.getInputStream().readAllBytes()).strip();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
