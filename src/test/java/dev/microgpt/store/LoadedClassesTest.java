package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.MicroGptApplication;
import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Tests that a service does not load what its settings do without: with a SQLite store the driver of PostgreSQL,
/// outside of a cluster the classes of the cluster. They cost nothing there.
@MostlyWaiting
final class LoadedClassesTest {

    private static final Duration TIME_TO_START = Duration.ofSeconds(90);

    @Test
    void withSqliteAndWithoutAClusterOnlyTheirClassesAreLoaded(@TempDir Path directory)
            throws Exception {
        Path loaded = directory.resolve("classes.txt");
        try (ChildJvm.Running service =
                ChildJvm.start(
                        MicroGptApplication.class,
                        List.of(
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xlog:class+load:file=" + loaded),
                        "--server.port=0",
                        "--microgpt.data-dir=" + directory.resolve("data"))) {
            await().atMost(TIME_TO_START)
                    .until(() -> service.printed().contains("Started MicroGptApplication"));
        }

        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains(" org.sqlite."))
                .noneMatch(line -> line.contains(" org.postgresql."))
                .noneMatch(line -> line.contains(" com.hazelcast."))
                .noneMatch(line -> line.contains(" org.eclipse.jetty."))
                .noneMatch(
                        line ->
                                line.contains(" dev.microgpt.cluster.")
                                        && !line.contains(".ClusterSettings"));
    }
}
