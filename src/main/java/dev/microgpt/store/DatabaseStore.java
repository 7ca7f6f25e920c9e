package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Keeps sessions in a database.
final class DatabaseStore implements SessionStore, IdempotencyStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatabaseStore.class);

    private final SessionTables tables;
    private final SessionReader reader;
    private final IdempotencyTable answers;
    private final StoreWriter writer;

    DatabaseStore(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            DiskReserve reserve,
            MeterRegistry metrics) {
        DocumentTable documents = new DocumentTable(jdbc);
        tables = new SessionTables(jdbc, documents);
        reader = new SessionReader(jdbc, documents);
        answers = new IdempotencyTable(jdbc);
        writer = new StoreWriter(transactions, reserve, tables::takeRoomForAMoment, metrics);
    }

    @Override
    public List<StoredSession> sessions() {
        return reader.sessions();
    }

    @Override
    public long lastEpoch() {
        return reader.lastEpoch();
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        try {
            return reader.load(epoch);
        } catch (RuntimeException e) {
            log.error(
                    "The session of epoch {} cannot be read from the store; others are not concerned",
                    epoch,
                    e);
            throw new SessionException(
                    ErrorCode.INTERNAL,
                    "the session cannot be read from the store, which is damaged (%s); delete it or"
                                    .formatted(e.getMessage())
                            + " replace it by a new one, or put back a copy of microgpt.data-dir");
        }
    }

    @Override
    public CompletableFuture<Void> begin(
            SessionSnapshot save, IdempotencyStore.@Nullable Entry answer) {
        return write(() -> tables.begin(save), answer);
    }

    @Override
    public CompletableFuture<Void> append(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry answer) {
        return write(() -> tables.add(epoch, firstNumber, changes, view, hasRun), answer);
    }

    private CompletableFuture<Void> write(Runnable write, IdempotencyStore.@Nullable Entry answer) {
        return writer.write(
                answer == null
                        ? write
                        : () -> {
                            write.run();
                            answers.keep(answer);
                        });
    }

    @Override
    public CompletableFuture<Void> save(SessionSnapshot save) {
        return writer.write(() -> tables.save(save));
    }

    @Override
    public CompletableFuture<Void> delete(long epoch) {
        return writer.delete(() -> tables.delete(epoch));
    }

    @Override
    public void requireRoom() {
        writer.requireRoom();
    }

    /// Whether changes are refused, as they cannot be written.
    boolean hasTrouble() {
        return writer.hasTrouble();
    }

    /// How many changes wait to be written.
    int numWaiting() {
        return writer.numWaiting();
    }

    @Override
    public boolean keepsSessions() {
        return true;
    }

    @Override
    public IdempotencyStore.@Nullable Entry find(String key) {
        return answers.find(key);
    }

    /// Whatever is written later, is written after it.
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void started(Idempotency idempotency, Idempotency.Start start) {
        writer.write(() -> answers.start(idempotency, start));
    }

    @Override
    public CompletableFuture<Void> keepAlone(IdempotencyStore.Entry answer) {
        return writer.write(() -> answers.keep(answer));
    }

    /// Writes what is left to write.
    @Override
    public void close() {
        writer.close();
    }
}
