package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LoggingSystemProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.nio.file.Path;

/// What a client sends cannot look like a line of the log.
@ExtendWith(OutputCaptureExtension.class)
@Isolated
final class LogTest {

    private static final String FORGED = "2026-01-01T00:00:00.000Z  INFO all is well";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// Boot leaves it to the next service of this process.
    @AfterEach
    void forgetTheFormat() {
        System.clearProperty(
                LoggingSystemProperty.CONSOLE_STRUCTURED_FORMAT.getEnvironmentVariableName());
    }

    private void log(String... settings) {
        try (LocalService _ = LocalService.start(directory, settings)) {
            LoggerFactory.getLogger("test")
                    .warn(
                            "the name is {}",
                            "a\r\n" + FORGED,
                            new IllegalStateException("b\n" + FORGED + "\r" + FORGED));
        }
    }

    @Test
    void lineEndsInValuesMakeNoLines(CapturedOutput output) {
        log();

        assertThat(output.getOut()).contains("the name is a\\r\\n" + FORGED + "\n");
        assertThat(output.getOut().split("[\r\n]"))
                .noneMatch(line -> line.startsWith("2026-01-01"))
                .anyMatch(line -> line.startsWith("    " + FORGED))
                .anyMatch(line -> line.startsWith("    \tat dev.microgpt"));
    }

    @Test
    void structuredLogsAreOneObjectALine(CapturedOutput output) {
        log("--logging.structured.format.console=ecs");

        assertThat(output.getOut().lines())
                .filteredOn(line -> line.contains("the name is"))
                .singleElement()
                .asString()
                .startsWith("{\"@timestamp\"")
                .contains("a\\r\\n" + FORGED)
                .endsWith("}");
    }
}
