package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The one thread that writes to the database, in the order in which it is asked to: all that has come
/// while it wrote goes into the next transaction.
///
/// What cannot be written fails for whoever asked, and is never written later. While there is no room,
/// changes are refused before they are made; a small write tries from time to time whether there is some
/// again.
final class StoreWriter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

    /// Callers wait for what they wrote, so that there is no more than one piece a call.
    private static final int MOST_WAITING = 20_000;

    private static final int LARGEST_BATCH = 256;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration STOP_TIME = Duration.ofSeconds(4);

    private final TransactionTemplate transactions;
    private final DiskReserve reserve;
    private final Runnable probe;
    private final Timer commits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Piece> waiting = new ArrayDeque<>();
    private final Thread thread;
    private boolean closed;

    /// Why the last write failed, while there is no room.
    private volatile @Nullable SessionException trouble;

    /// @param makesRoom whether the reserve may be given up for it
    private record Piece(Runnable write, boolean makesRoom, CompletableFuture<Void> done) {}

    /// @param probe takes some room, and fails where there is none
    StoreWriter(
            TransactionTemplate transactions,
            DiskReserve reserve,
            Runnable probe,
            MeterRegistry metrics) {
        this.transactions = transactions;
        this.reserve = reserve;
        this.probe = probe;
        commits =
                Timer.builder("microgpt.store.commit")
                        .description("Time of a transaction, which writes all that was waiting")
                        .serviceLevelObjectives(
                                Duration.ofMillis(1),
                                Duration.ofMillis(3),
                                Duration.ofMillis(10),
                                Duration.ofMillis(30),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1))
                        .register(metrics);
        thread = Thread.ofPlatform().name("store").daemon().start(this::work);
    }

    /// Writes something, as soon as all that came before it is written.
    ///
    /// @param write runs in a transaction, perhaps with others, perhaps more than once
    CompletableFuture<Void> write(Runnable write) {
        return add(new Piece(write, false, new CompletableFuture<>()));
    }

    /// Deletes something: where there is no room for that, the reserve is given up.
    ///
    /// @param write runs in a transaction, perhaps with others, perhaps more than once
    CompletableFuture<Void> delete(Runnable write) {
        return add(new Piece(write, true, new CompletableFuture<>()));
    }

    private CompletableFuture<Void> add(Piece piece) {
        boolean isLate;
        lock.lock();
        try {
            isLate = closed;
            if (!isLate) {
                waiting.add(piece);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (isLate) {
            piece.done.completeExceptionally(shuttingDown());
        }
        return piece.done;
    }

    private static SessionException shuttingDown() {
        return new SessionException(ErrorCode.BUSY, "the service is shutting down");
    }

    /// @throws SessionException `storage_full`, or `busy` if too much is waiting
    void requireRoom() {
        SessionException now = trouble;
        if (now != null) {
            throw again(now);
        }
        lock.lock();
        try {
            if (waiting.size() >= MOST_WAITING) {
                throw new SessionException(
                        ErrorCode.BUSY,
                        "%d changes are waiting to be written".formatted(waiting.size()));
            }
        } finally {
            lock.unlock();
        }
    }

    boolean hasTrouble() {
        return trouble != null;
    }

    int numWaiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /// With the stack of its own call.
    private static SessionException again(SessionException trouble) {
        return new SessionException(trouble.code(), String.valueOf(trouble.getMessage()));
    }

    private void work() {
        while (true) {
            List<Piece> batch = takeBatch();
            if (batch == null) {
                return;
            }
            if (batch.isEmpty()) {
                lookForRoom();
            } else {
                writeAll(batch);
            }
        }
    }

    /// Waits for something to write; empty when it is time to look for room, null when all is written and
    /// closed.
    private @Nullable List<Piece> takeBatch() {
        lock.lock();
        try {
            long nanos = BETWEEN_TRIES.toNanos();
            while (waiting.isEmpty() && !closed) {
                if (trouble == null) {
                    changed.awaitUninterruptibly();
                } else if (nanos <= 0) {
                    return List.of();
                } else {
                    nanos = changed.awaitNanos(nanos);
                }
            }
            if (waiting.isEmpty()) {
                return null;
            }
            List<Piece> batch = new ArrayList<>();
            while (!waiting.isEmpty() && batch.size() < LARGEST_BATCH) {
                batch.add(waiting.remove());
            }
            return batch;
        } catch (InterruptedException _) {
            return null; // nobody does that, but to end the thread
        } finally {
            lock.unlock();
        }
    }

    private void writeAll(List<Piece> batch) {
        try {
            commit(() -> batch.forEach(piece -> piece.write.run()));
        } catch (RuntimeException | Error e) {
            log.debug("A batch is written piece by piece: {}", e.getMessage());
            batch.forEach(this::writeAlone);
            return;
        }
        trouble = null;
        batch.forEach(piece -> piece.done.complete(null));
        reserve.refill();
    }

    private void writeAlone(Piece piece) {
        try {
            reserve.write(() -> commit(piece.write), piece.makesRoom);
        } catch (RuntimeException | Error e) {
            SessionException reason = StoreErrors.explain(e);
            if (reason.code() == ErrorCode.STORAGE_FULL) {
                noteTrouble(reason);
            } else {
                log.error("Something cannot be stored", e);
            }
            piece.done.completeExceptionally(again(reason));
            return;
        }
        piece.done.complete(null);
    }

    private void noteTrouble(SessionException reason) {
        if (trouble == null) {
            log.error("{}; changes that do not fit are refused until there is room", reason.getMessage());
        }
        trouble = reason;
    }

    private void lookForRoom() {
        try {
            commit(probe);
            trouble = null;
            log.info("There is room again: changes are taken");
        } catch (RuntimeException | Error e) {
            log.debug("There is no room yet: {}", e.getMessage());
        }
    }

    private void commit(Runnable write) {
        commits.record(() -> transactions.executeWithoutResult(_ -> write.run()));
    }

    /// Writes what is waiting, and stops.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(STOP_TIME)) {
                log.error("Not all could be stored within {}", STOP_TIME);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
