package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.store.FakeTransactions.Fate;
import dev.microgpt.store.FakeTransactions.LostException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tests that each write takes effect once, however often the connection to the database is lost.
@Timeout(60)
final class LostConnectionTest {

    private static final StoreWriter.Target SESSION =
            new StoreWriter.Target(new Holding(new SessionId("local", "emma"), 0), 1);

    private static final String OUT_OF_REACH = "the database is out of reach";

    private final FakeTransactions transactions = new FakeTransactions();
    private final List<String> written = new CopyOnWriteArrayList<>();
    private final StoreWriter writer =
            new StoreWriter(
                    transactions,
                    new Errors(),
                    SpaceReserve.NONE,
                    () -> {},
                    new SimpleMeterRegistry(),
                    Duration.ofSeconds(1));

    private static final class Errors implements WriteErrors {

        @Override
        public boolean isTransient(Throwable failure) {
            return failure instanceof LostException;
        }

        @Override
        public boolean isFull(Throwable failure) {
            return false;
        }

        @Override
        public SessionException toSessionException(Throwable failure) {
            return isTransient(failure) ? unavailable() : WriteErrors.internal(failure);
        }
    }

    private static SessionException unavailable() {
        return new SessionException(ErrorCode.STORE_UNAVAILABLE, OUT_OF_REACH);
    }

    @AfterEach
    void close() {
        transactions.down(false);
        writer.close();
    }

    private CompletableFuture<Void> write(String what) {
        return writer.write(SESSION, () -> written.add(what));
    }

    @Test
    void aTransactionThatWasNotCommittedIsRepeated() {
        transactions.add(Fate.LOST_BEFORE_COMMIT);
        transactions.add(Fate.LOST_BEFORE_COMMIT);

        write("one").join();

        assertThat(written).containsExactly("one");
    }

    @Test
    void aTransactionThatWasCommittedIsNotRepeated() {
        transactions.add(Fate.LOST_AFTER_COMMIT);

        write("one").join();
        write("two").join();

        assertThat(written).containsExactly("one", "two");
    }

    @Test
    void whileTheOutcomeIsUnknownChangesAreRejectedAndThoseInProgressWait() {
        transactions.down(true);
        CompletableFuture<Void> one = write("one");
        CompletableFuture<Void> two = write("two");
        await().until(writer::isRejectingChanges);

        assertThatThrownBy(writer::requireWritable)
                .isInstanceOfSatisfying(
                        SessionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
        assertThatThrownBy(writer::requireAvailable).hasMessage(OUT_OF_REACH);
        assertThat(one).isNotDone();
        assertThat(two).isNotDone();

        transactions.down(false);
        CompletableFuture.allOf(one, two).join();

        assertThat(written).containsExactly("one", "two");
        await().until(() -> !writer.isRejectingChanges());
        writer.requireWritable();
    }

    /// Such as one that is read-only for the moment: it says at once that nothing was committed.
    @Test
    void aDatabaseThatRejectsEveryTransactionIsOutOfReach() {
        for (int i = 0; i < 1_000; i++) {
            transactions.add(Fate.LOST_BEFORE_COMMIT);
        }
        CompletableFuture<Void> one = write("one");

        await().until(writer::isUnavailable);
        assertThat(writer.isRejectingChanges()).isTrue();

        writer.close();
        assertThat(one).isCompletedExceptionally();
        assertThat(written).isEmpty();
    }

    @Test
    void callersShouldNotWaitForALongTime() {
        transactions.down(true);
        var _ = write("one");
        await().until(writer::isRejectingChanges);
        assertThat(writer.isUnavailable()).isFalse();

        await().until(writer::isUnavailable);

        transactions.down(false);
        await().until(() -> !writer.isUnavailable());
    }

    @Test
    void aReadThatFindsTheDatabaseOutOfReachBeginsProbing() {
        transactions.down(true);
        writer.reportUnavailable(unavailable());
        assertThatThrownBy(writer::requireAvailable).hasMessage(OUT_OF_REACH);

        transactions.down(false);

        await().until(() -> !writer.isRejectingChanges());
        writer.requireAvailable();
    }

    @Test
    void closingGivesUpWritesOfUnknownOutcome() {
        transactions.down(true);
        CompletableFuture<Void> one = write("one");
        await().until(writer::isRejectingChanges);
        CompletableFuture<Void> two = write("two");

        writer.close();

        assertThat(one).isCompletedExceptionally();
        assertThat(two).isCompletedExceptionally();
        assertThat(written).isEmpty();
    }
}
