package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.coldstart.PackagedService;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Installs the Python client as a user does, without network, and runs its tests and the notebook against the
/// packaged service. Without Python the test is skipped, unless the system property `python.required` is `true`:
/// then it fails.
@Timeout(600)
final class PythonClientTest {

    private static final String ADVICE =
            "no python3 with venv is installed: `apt-get install python3-venv`";

    private static final Map<String, String> WITHOUT_NETWORK =
            Map.of("PIP_NO_INDEX", "1", "PIP_CONFIG_FILE", "/dev/null");

    private final Path target = Path.of(System.getProperty("service.target"));

    @Test
    void theInstalledClientPassesItsTestsAndRunsTheNotebook(@TempDir Path directory)
            throws Exception {
        Commands commands = new Commands(directory, Map.of("PYTHONDONTWRITEBYTECODE", "1"));
        assumePython(commands);
        Path client = target.resolve("../src/client/python").toRealPath();
        String python = directory.resolve("venv/bin/python").toString();
        // With the packages of the system, among which numpy may be.
        commands.run(Map.of(), "python3", "-m", "venv", "--system-site-packages", "venv");
        commands.run(WITHOUT_NETWORK, python, "-m", "pip", "install", client.toString());
        // Only the tests, so that they use the installed package.
        Files.createSymbolicLink(directory.resolve("tests"), client.resolve("tests"));

        try (PackagedService service =
                PackagedService.start(PackagedService.jarIn(target), directory, List.of())) {
            String url = "http://127.0.0.1:" + service.port();
            String report =
                    commands.run(Map.of("MICROGPT_URL", url), python, "-m", "unittest", "-v");

            assertThat(report).contains("test_every_cell_runs").doesNotContain("MICROGPT_URL");
        }
    }

    private static void assumePython(Commands commands) throws InterruptedException {
        try {
            commands.run(Map.of(), "python3", "-c", "import ensurepip, venv");
        } catch (IOException | AssertionError e) {
            if (Boolean.getBoolean("python.required")) {
                throw new IllegalStateException(ADVICE, e);
            }
            Assumptions.abort(ADVICE);
        }
    }
}
