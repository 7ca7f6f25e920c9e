package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// Tests what is written when the writer is closed while writes are pending.
@Timeout(60)
final class StoreWriterTest {

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final CountDownLatch release = new CountDownLatch(1);
    private final FakeTransactions transactions = new FakeTransactions();

    private static void nothing() {}

    private static StoreWriter.Target session(long epoch) {
        return new StoreWriter.Target(
                new Holding(new SessionId("local", "session-" + epoch), 0), epoch);
    }

    /// Returns a writer whose first write waits for [#release].
    private StoreWriter busyWriter(Duration snapshotTime) throws InterruptedException {
        StoreWriter writer =
                new StoreWriter(
                        transactions,
                        new SqliteErrors(),
                        SpaceReserve.NONE,
                        StoreWriterTest::nothing,
                        metrics,
                        snapshotTime);
        CountDownLatch begun = new CountDownLatch(1);
        var _ =
                writer.write(
                        () -> {
                            begun.countDown();
                            awaitRelease();
                        });
        begun.await();
        return writer;
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Closes the writer on another thread and lets its first write end after that has begun.
    private void closeWhileBusy(StoreWriter writer) throws InterruptedException {
        Thread closing = Thread.ofPlatform().start(writer::close);
        await().until(() -> writer.write(StoreWriterTest::nothing).isCompletedExceptionally());
        release.countDown();
        closing.join();
    }

    @Test
    void withoutTimeForSnapshotsOnlyTheChangesAreWritten() throws InterruptedException {
        StoreWriter writer = busyWriter(Duration.ZERO);
        CompletableFuture<Void> before = writer.write(StoreWriterTest::nothing);
        CompletableFuture<Void> snapshot =
                writer.writeSnapshot(session(1), StoreWriterTest::nothing);
        CompletableFuture<Void> after = writer.write(StoreWriterTest::nothing);
        CompletableFuture<Void> delete =
                writer.writeWithReserve(session(1), StoreWriterTest::nothing);

        closeWhileBusy(writer);

        assertThat(before).isCompleted();
        assertThat(snapshot).isCompletedExceptionally();
        assertThat(after).isCompleted();
        assertThat(delete).isCompleted();
    }

    /// A transaction that the process does not live to commit is lost with all that is in it.
    @Test
    void snapshotsAreWrittenInShortTransactions() throws InterruptedException {
        StoreWriter writer = busyWriter(Duration.ofMinutes(1));
        List<CompletableFuture<Void>> snapshots = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            snapshots.add(writer.writeSnapshot(session(i), StoreWriterTest::nothing));
        }

        closeWhileBusy(writer);

        assertThat(snapshots).allMatch(CompletableFuture::isDone);
        assertThat(snapshots).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(metrics.get("microgpt.store.commit").timer().count()).isGreaterThanOrEqualTo(41);
    }

    /// Nobody waits for a snapshot, but a caller waits for each change.
    @Test
    void changesOvertakeTheSnapshotsOfOtherSessions() throws InterruptedException {
        StoreWriter writer = busyWriter(Duration.ofMinutes(1));
        List<String> written = new CopyOnWriteArrayList<>();
        for (int epoch = 1; epoch <= 80; epoch++) {
            String snapshot = "snapshot " + epoch;
            var _ = writer.writeSnapshot(session(epoch), () -> written.add(snapshot));
        }
        var _ = writer.write(session(100), () -> written.add("change"));
        var _ = writer.write(() -> written.add("response"));

        closeWhileBusy(writer);

        assertThat(written).hasSize(82).startsWith("change", "response", "snapshot 1");
    }

    @RepeatedTest(10)
    void writesOfOneSessionAndAllChangesKeepTheirOrder(RepetitionInfo repetition)
            throws InterruptedException {
        Random random = new Random(repetition.getCurrentRepetition());
        StoreWriter writer = busyWriter(Duration.ofMinutes(1));
        List<String> queued = new ArrayList<>();
        List<String> written = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 300; i++) {
            int epoch = random.nextInt(10);
            boolean isSnapshot = random.nextInt(3) > 0;
            String write = (isSnapshot ? "snapshot " : "change ") + i + " of " + epoch;
            queued.add(write);
            var _ =
                    isSnapshot
                            ? writer.writeSnapshot(session(epoch), () -> written.add(write))
                            : writer.write(session(epoch), () -> written.add(write));
        }

        closeWhileBusy(writer);

        assertThat(written).containsExactlyInAnyOrderElementsOf(queued);
        assertThat(matching("change", written)).isEqualTo(matching("change", queued));
        for (int epoch = 0; epoch < 10; epoch++) {
            String session = " of " + epoch;
            assertThat(matching(session, written)).isEqualTo(matching(session, queued));
        }
    }

    private static List<String> matching(String part, List<String> writes) {
        return writes.stream().filter(write -> write.contains(part)).toList();
    }
}
