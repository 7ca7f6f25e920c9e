package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import javax.sql.DataSource;

/// Tests that the outcome of a transaction can be found out, and that a former owner cannot write.
@MostlyWaiting
@Timeout(60)
final class PostgresTransactionsTest {

    private static final SessionId EMMA = new SessionId("local", "emma");
    private static final int SOON_MILLIS = 500;

    private DataSource source;
    private Set<Holding> emma = Set.of(); // as of the last claim

    @BeforeEach
    void open(@TempDir Path directory) {
        TestStore.POSTGRESQL.migrate(directory, "latest");
        source = TestPostgres.source(directory);
    }

    private PostgresTransactions claim() {
        Ownership ownership = new Ownership(JdbcClient.create(source));
        ownership.claimAll();
        emma = Set.of(new Holding(EMMA, ownership.token(EMMA)));
        return new PostgresTransactions(source, ownership);
    }

    private static void nothing() {}

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(SOON_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Calls an action in another thread, and so in another transaction.
    private static void elsewhere(Supplier<?> action) {
        try {
            var _ =
                    CompletableFuture.supplyAsync(action)
                            .get(SOON_MILLIS * 20L, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw (RuntimeException) Objects.requireNonNull(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTransactionThatEndedWasCommitted() {
        PostgresTransactions transactions = claim();

        transactions.run(emma, PostgresTransactionsTest::nothing);

        assertThat(transactions.wasCommitted()).isTrue();
    }

    @Test
    void aTransactionThatFailedWasNotCommitted() {
        PostgresTransactions transactions = claim();

        Throwable failure =
                catchThrowable(
                        () ->
                                transactions.run(
                                        emma,
                                        () -> {
                                            throw new IllegalStateException("it fails");
                                        }));

        assertThat(failure).hasMessage("it fails");
        assertThat(transactions.wasCommitted()).isFalse();
    }

    @Test
    void withoutATransactionNothingWasCommitted() {
        assertThat(claim().wasCommitted()).isFalse();
    }

    @Test
    void theOutcomeOfATransactionInProgressIsNotKnownYet() {
        PostgresTransactions transactions = claim();

        transactions.run(
                emma,
                () -> {
                    Throwable unknown = catchThrowable(() -> elsewhere(transactions::wasCommitted));
                    assertThat(unknown).hasMessageContaining("in progress");
                    assertThat(new PostgresErrors().isTransient(unknown)).isTrue();
                });

        assertThat(transactions.wasCommitted()).isTrue();
    }

    @Test
    void aFormerOwnerCannotWrite() {
        PostgresTransactions former = claim();
        Set<Holding> formerEmma = emma;
        PostgresTransactions present = claim();

        assertThatThrownBy(() -> former.run(formerEmma, PostgresTransactionsTest::nothing))
                .hasMessageContaining("another process has taken over");
        assertThat(former.wasCommitted()).isFalse();
        present.run(emma, PostgresTransactionsTest::nothing);
    }

    /// Otherwise the transaction could be committed after the new owner has read the session.
    @Test
    void aClaimWaitsForTransactionsInProgress() throws InterruptedException {
        PostgresTransactions former = claim();
        Set<Holding> formerEmma = emma;
        CountDownLatch claimed = new CountDownLatch(1);
        Thread claiming =
                Thread.ofPlatform()
                        .unstarted(
                                () -> {
                                    PostgresTransactions _ = claim();
                                    claimed.countDown();
                                });

        former.run(
                formerEmma,
                () -> {
                    claiming.start();
                    assertThat(await(claimed)).isFalse();
                });

        claiming.join();
        assertThat(former.wasCommitted()).isTrue();
        assertThatThrownBy(() -> former.run(formerEmma, PostgresTransactionsTest::nothing))
                .hasMessageContaining("another process has taken over");
    }
}
