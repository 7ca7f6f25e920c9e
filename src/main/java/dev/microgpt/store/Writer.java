package dev.microgpt.store;

import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.SessionException;

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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The one thread that writes to the database, in the order in which it is asked to: all that has come
/// while it wrote goes into the next transaction.
///
/// What must be written and cannot be, as the disk is full, stays and is tried again, and what comes
/// after it has to wait: it builds on it. Callers are told at once, and new changes are refused.
final class Writer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Writer.class);

    /// Callers wait for what they wrote, so that there is no more than one piece a call.
    private static final int MOST_WAITING = 20_000;

    private static final int LARGEST_BATCH = 256;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(10);
    private static final CompletableFuture<Runnable> NO_ANSWER =
            CompletableFuture.completedFuture(() -> {});
    private static final Duration STOP_TIME = Duration.ofSeconds(10);

    private final TransactionTemplate transactions;
    private final Reserve reserve;
    private final Timer commits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Piece> waiting = new ArrayDeque<>();
    private final Thread thread;
    private boolean closed;

    /// Why what must be written could not be.
    private volatile @Nullable SessionException trouble;

    /// What becomes of a piece when there is no room for it.
    enum Kind {
        /// It is dropped.
        MAY_FAIL,
        /// It waits, and all that comes after it.
        MUST,
        /// It goes first: it makes room.
        MAKES_ROOM
    }

    /// @param kind what becomes of it when there is no room
    /// @param answer what has to be written with it, when it is there
    private record Piece(
            Runnable write,
            Kind kind,
            CompletableFuture<Runnable> answer,
            CompletableFuture<Void> done) {

        void writeAll() {
            write.run();
            answer.join().run();
        }
    }

    Writer(TransactionTemplate transactions, Reserve reserve, MeterRegistry metrics) {
        this.transactions = transactions;
        this.reserve = reserve;
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

    /// @param write runs in a transaction, perhaps with others, perhaps more than once
    CompletableFuture<Void> write(Runnable write, Kind kind) {
        return write(write, kind, NO_ANSWER);
    }

    /// @param write runs in a transaction, perhaps with others, perhaps more than once
    /// @param answer what to write with it. What comes later waits until it is there, but not for long
    CompletableFuture<Void> write(Runnable write, Kind kind, CompletableFuture<Runnable> answer) {
        CompletableFuture<Runnable> inTime =
                answer.isDone()
                        ? answer
                        : answer.copy()
                                .completeOnTimeout(
                                        () -> {}, ANSWER_TIME.toMillis(), TimeUnit.MILLISECONDS);
        Piece piece = new Piece(write, kind, inTime, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                piece.done.completeExceptionally(shuttingDown());
            } else {
                waiting.add(piece);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
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
        for (List<Piece> batch = takeBatch(); !batch.isEmpty(); batch = takeBatch()) {
            try {
                writeAll(batch);
            } catch (Throwable e) {
                log.error("The store's thread goes on after an error", e);
            }
        }
    }

    /// Waits for something to write; empty when closed and all is written, or cannot be.
    private List<Piece> takeBatch() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            if (trouble != null && closed) {
                return List.of();
            }
            List<Piece> batch = new ArrayList<>();
            // One whose answer is not there yet is waited for when all before it is written.
            while (!waiting.isEmpty()
                    && batch.size() < LARGEST_BATCH
                    && (batch.isEmpty() || waiting.element().answer.isDone())) {
                batch.add(waiting.remove());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void writeAll(List<Piece> batch) {
        batch.getFirst().answer.join(); // outside the transaction
        try {
            commit(() -> batch.forEach(Piece::writeAll));
        } catch (RuntimeException e) {
            log.debug("A batch is written piece by piece: {}", e.getMessage());
            writeOneByOne(batch);
            return;
        }
        trouble = null;
        batch.forEach(piece -> piece.done.complete(null));
        reserve.refill();
    }

    private void commit(Runnable write) {
        commits.record(() -> transactions.executeWithoutResult(_ -> write.run()));
    }

    private void writeOneByOne(List<Piece> batch) {
        SessionException reason = null;
        List<Piece> left = new ArrayList<>();
        for (Piece piece : batch) {
            if (reason != null && piece.kind != Kind.MAKES_ROOM) {
                putBack(piece, reason, left);
                continue;
            }
            SessionException failure = tryToWrite(piece);
            if (failure != null) {
                reason = failure;
                putBack(piece, reason, left);
            }
        }
        if (reason == null) {
            trouble = null;
        } else {
            waitForRoom(reason, left);
        }
    }

    private static void putBack(Piece piece, SessionException reason, List<Piece> left) {
        piece.done.completeExceptionally(again(reason));
        if (piece.kind != Kind.MAY_FAIL) {
            left.add(piece);
        }
    }

    /// @return why it has to be tried again; null if it is written, or has failed for good
    private @Nullable SessionException tryToWrite(Piece piece) {
        try {
            Runnable write = () -> commit(piece::writeAll);
            reserve.write(write, piece.kind == Kind.MAKES_ROOM);
            piece.done.complete(null);
            return null;
        } catch (RuntimeException e) {
            SessionException reason = Failures.explain(e);
            boolean isPassing = reason.code() == ErrorCode.STORAGE_FULL;
            if (!isPassing) {
                log.error("Something cannot be kept", e);
            }
            piece.done.completeExceptionally(reason);
            return isPassing && piece.kind != Kind.MAY_FAIL ? reason : null;
        }
    }

    private void waitForRoom(SessionException reason, List<Piece> left) {
        if (trouble == null) {
            log.error("{}; changes are refused until there is room", reason.getMessage());
        }
        lock.lock();
        try {
            trouble = reason;
            for (Piece piece : left.reversed()) {
                waiting.addFirst(piece);
            }
            long nanos = BETWEEN_TRIES.toNanos();
            while (!closed && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
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
                log.error("Not all could be kept within {}", STOP_TIME);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
