package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// Tests the disk space that is reserved for deletes.
final class DiskReserveTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private JdbcClient jdbc;

    @BeforeEach
    void open() {
        jdbc = TestStore.SQLITE.jdbc(directory);
    }

    private DiskReserve reserve() {
        return new DiskReserve(directory, jdbc, new SqliteErrors());
    }

    private Path file() {
        return directory.resolve("reserve");
    }

    private static final class Failure extends UncategorizedDataAccessException {
        private static final long serialVersionUID = 1;

        Failure(SQLiteErrorCode code) {
            super("it fails", new SQLiteException("it fails", code));
        }
    }

    @Test
    void theReserveIsCreatedAtStartup() throws IOException {
        Files.write(file(), new byte[5]); // a partial one

        reserve();

        assertThat(file()).hasSize(DiskReserve.BYTES);
    }

    @Test
    void theReserveIsReleasedForADeleteOnAFullDiskAndCreatedAgainLater() {
        DiskReserve reserve = reserve();
        AtomicInteger tries = new AtomicInteger();

        reserve.write(
                () -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new Failure(SQLiteErrorCode.SQLITE_FULL);
                    }
                    assertThat(file()).doesNotExist();
                },
                Runnable::run);

        assertThat(tries).hasValue(2);
        assertThat(reserve.isFilled()).isFalse();
        await().untilAsserted(
                        () -> {
                            reserve.refill();
                            assertThat(reserve.isFilled()).isTrue();
                        });
        assertThat(file()).hasSize(DiskReserve.BYTES);
    }

    @Test
    void withoutAReserveADeleteFailsLikeAnyOtherWrite() {
        DiskReserve reserve = reserve();
        Runnable write =
                () -> {
                    throw new Failure(SQLiteErrorCode.SQLITE_IOERR_WRITE);
                };

        assertThatThrownBy(() -> reserve.write(write, Runnable::run)).isInstanceOf(Failure.class);
        assertThat(file()).doesNotExist();
        assertThatThrownBy(() -> reserve.write(write, Runnable::run)).isInstanceOf(Failure.class);
    }

    @Test
    void otherFailuresDoNotReleaseTheReserve() {
        DiskReserve reserve = reserve();

        assertThatThrownBy(
                        () ->
                                reserve.write(
                                        () -> {
                                            throw new IllegalStateException();
                                        },
                                        Runnable::run))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file()).hasSize(DiskReserve.BYTES);
    }

    @Test
    void theReserveIsNotCreatedOnADiskThatItWouldFill() throws IOException {
        Path mountPoint = directory.resolve("disk");
        try (SmallDisk _ = SmallDisk.mount(mountPoint, "8m")) {
            DiskReserve reserve = new DiskReserve(mountPoint, jdbc, new SqliteErrors());

            assertThat(reserve.isFilled()).isFalse();
            assertThat(mountPoint.resolve("reserve")).doesNotExist();
        }
    }
}
