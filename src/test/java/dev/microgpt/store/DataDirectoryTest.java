package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.LocalService;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Tests that a data directory has one user at a time.
@MostlyWaiting
final class DataDirectoryTest {

    @Test
    void aDataDirectoryCanBeUsedByOneProcessOnly(@TempDir Path directory) {
        try (LocalService first = LocalService.start(directory)) {
            assertThat(first.api().get("/sessions").status()).isEqualTo(200);
            assertThatThrownBy(() -> LocalService.start(directory).close())
                    .rootCause()
                    .hasMessageContaining("in use by another process");
        }
    }
}
