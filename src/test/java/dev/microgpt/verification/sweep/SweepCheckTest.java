package dev.microgpt.verification.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Kills the service during a small sweep.
@Tag("slow")
final class SweepCheckTest {

    @Test
    void aKilledSweepEndsAsOneThatNothingDisturbs(@TempDir Path directory) throws Exception {
        PrintStream out =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        assertThat(SweepCheck.differencesAfterKill(12, directory.resolve("data"), out)).isEmpty();
    }
}
