package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.PostgresServer;
import dev.microgpt.support.PostgresServer.StopMode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;

import javax.sql.DataSource;

/// The outcome of a transaction during which PostgreSQL has crashed.
@MostlyWaiting
@Timeout(120)
final class DatabaseCrashTest {

    private static final SessionId EMMA = new SessionId("local", "emma");

    private static void crash(PostgresServer server) {
        try {
            server.stop(StopMode.IMMEDIATE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// After a crash, PostgreSQL gives the ids of lost transactions to others, which are committed.
    @Test
    void aLostTransactionIsNotTakenForAnother(@TempDir Path directory)
            throws IOException, InterruptedException {
        try (PostgresServer server =
                PostgresServer.start(directory.resolve("data"), FreePort.find(), "127.0.0.1")) {
            DataSource source = server.source();
            Migrations.migrate(source, Migrations.POSTGRESQL, "latest");
            Ownership ownership = new Ownership(JdbcClient.create(source));
            ownership.claimAll();
            Set<Holding> emma = Set.of(new Holding(EMMA, ownership.token(EMMA)));
            PostgresTransactions lost = new PostgresTransactions(source, ownership);
            PostgresTransactions other = new PostgresTransactions(source, ownership);
            lost.run(emma, () -> {});
            assertThat(lost.wasCommitted()).isTrue();

            crash(server);
            server.startAgain();
            assertThat(lost.wasCommitted()).isTrue();

            Throwable failure = catchThrowable(() -> lost.run(emma, () -> crash(server)));
            assertThat(new PostgresErrors().isTransient(failure)).isTrue();
            server.startAgain();
            for (int i = 0; i < 10; i++) {
                other.run(emma, () -> {});
            }

            assertThat(other.wasCommitted()).isTrue();
            assertThat(lost.wasCommitted()).isFalse();
        }
    }
}
