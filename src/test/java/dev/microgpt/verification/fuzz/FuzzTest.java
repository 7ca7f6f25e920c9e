package dev.microgpt.verification.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.fuzz.Fuzz.Result;
import dev.microgpt.verification.fuzz.Fuzz.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Fuzzes each target for a short time.
@Tag("slow")
final class FuzzTest {

    private static final int SECONDS = 10;

    @ParameterizedTest
    @EnumSource
    void findsNoBugInAShortTime(Target target, @TempDir Path directory) throws Exception {
        Result result = Fuzz.run(target, directory, SECONDS);

        assertThat(result.hasFailed()).as(() -> read(result.log())).isFalse();
        assertThat(result.executions()).isGreaterThan(100);
        assertThat(result.coverage()).isGreaterThan(100);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
