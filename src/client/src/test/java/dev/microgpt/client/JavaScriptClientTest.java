package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.coldstart.PackagedService;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Installs the JavaScript client from its tarball as a user does, without network, and runs its tests against the
/// packaged service. Without Node the test is skipped, unless the system property `node.required` is `true`: then
/// it fails.
@Timeout(600)
final class JavaScriptClientTest {

    private static final String ADVICE =
            "no Node 18 or newer with npm is installed: `apt-get install nodejs npm`";
    private static final String CHECK_VERSION =
            "process.exit(Number(process.versions.node.split('.')[0]) >= 18 ? 0 : 1)";

    private final Path target = Path.of(System.getProperty("service.target"));

    @Test
    void theInstalledClientPassesItsTests(@TempDir Path directory) throws Exception {
        String cache = directory.resolve("npm-cache").toString();
        Commands commands = new Commands(directory, Map.of("npm_config_cache", cache));
        assumeNode(commands);
        Files.writeString(directory.resolve("package.json"), "{\"private\": true}");
        commands.run(
                Map.of(),
                "npm",
                "install",
                "--offline",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                tarball().toString());
        assertThat(Files.readString(directory.resolve("node_modules/microgpt-client/package.json")))
                .doesNotContain("${");
        copyTests(directory);

        try (PackagedService service =
                PackagedService.start(PackagedService.jarIn(target), directory, List.of())) {
            String url = "http://127.0.0.1:" + service.port();
            String report = commands.run(Map.of("MICROGPT_URL", url), "node", "--test");

            assertThat(report).contains("the quick start trains and generates");
        }
    }

    private Path tarball() throws IOException {
        List<Path> tarballs = new ArrayList<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(target.resolve("npm").toRealPath(), "*.tgz")) {
            found.forEach(tarballs::add);
        }
        assertThat(tarballs).as("what ./mvnw package makes").hasSize(1);
        return tarballs.getFirst();
    }

    /// Copies the tests into the project of the user, so that they use the installed package.
    private void copyTests(Path directory) throws IOException {
        Path tests = target.resolve("../src/client/javascript/tests").toRealPath();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(tests)) {
            for (Path file : files) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
    }

    private static void assumeNode(Commands commands) throws InterruptedException {
        try {
            commands.run(Map.of(), "node", "--eval", CHECK_VERSION);
            commands.run(Map.of(), "npm", "--version");
        } catch (IOException | AssertionError e) {
            if (Boolean.getBoolean("node.required")) {
                throw new IllegalStateException(ADVICE, e);
            }
            Assumptions.abort(ADVICE);
        }
    }
}
