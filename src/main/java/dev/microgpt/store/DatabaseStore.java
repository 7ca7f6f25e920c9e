package dev.microgpt.store;

import dev.microgpt.session.Change;
import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.SessionException;
import dev.microgpt.session.SessionSave;
import dev.microgpt.session.SessionStore;
import dev.microgpt.session.SessionView;
import dev.microgpt.session.StoredSession;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Keeps sessions in a database.
final class DatabaseStore implements SessionStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatabaseStore.class);

    private final SessionTables tables;
    private final Writer writer;

    DatabaseStore(JdbcClient jdbc, TransactionTemplate transactions) {
        tables = new SessionTables(jdbc);
        writer = new Writer(transactions);
    }

    @Override
    public List<StoredSession> sessions() {
        return tables.sessions();
    }

    @Override
    public long lastEpoch() {
        return tables.lastEpoch();
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        try {
            return tables.load(epoch);
        } catch (RuntimeException e) {
            log.error("A session cannot be read from the store", e);
            throw new SessionException(
                    ErrorCode.INTERNAL,
                    "the session cannot be read from the store, which is damaged: %s"
                            .formatted(e.getMessage()));
        }
    }

    @Override
    public CompletableFuture<Void> begin(SessionSave save, boolean mayFail) {
        return writer.write(() -> tables.begin(save), mayFail);
    }

    @Override
    public CompletableFuture<Void> add(
            long epoch, long number, Change change, SessionView view, boolean hasRun) {
        return writer.write(() -> tables.add(epoch, number, change, view, hasRun), false);
    }

    @Override
    public CompletableFuture<Void> save(SessionSave save) {
        return writer.write(() -> tables.save(save), true);
    }

    @Override
    public CompletableFuture<Void> delete(long epoch) {
        return writer.write(() -> tables.delete(epoch), false);
    }

    @Override
    public void requireRoom() {
        writer.requireRoom();
    }

    @Override
    public boolean keepsSessions() {
        return true;
    }

    /// Writes what is left to write.
    @Override
    public void close() {
        writer.close();
    }
}
