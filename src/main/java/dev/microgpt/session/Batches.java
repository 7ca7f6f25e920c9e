package dev.microgpt.session;

import dev.microgpt.session.query.AsOf;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// Computes the texts of a large call in batches, each a command of its own, so that other calls have their turn. Used by
/// the caller's thread alone.
///
/// While the caller deals with one batch, the next is computed, but not the one after that: a caller that stops costs no
/// computation, and holds two batches.
abstract class Batches<T> {

    private static final int FIRST_BATCH = 64; // so that the first texts come soon
    private static final int LARGEST_BATCH = 4096;

    /// Most tokens of a batch, unless there are [#FIRST_BATCH] texts.
    private static final int MAX_TOKENS = 1 << 18;

    private final CallTimeout timeout;
    private final int largest;
    private int size = FIRST_BATCH;

    /// @param timeout of each batch
    /// @param blockSize the number of tokens that a text may have
    Batches(CallTimeout timeout, int blockSize) {
        this.timeout = timeout;
        largest = Math.clamp(MAX_TOKENS / blockSize, FIRST_BATCH, LARGEST_BATCH);
    }

    /// Receives the batches. An exception that it throws ends the call.
    interface Listener<T, E extends Exception> {

        void computed(AsOf<T> batch) throws E;
    }

    /// Sends the command for the next batch.
    ///
    /// @param texts how many it has, unless there are fewer left
    abstract CompletableFuture<AsOf<T>> send(int texts);

    /// Notes a batch before the command for the next one is sent.
    void note(T batch) {}

    /// Returns whether the last batch that has been computed was the last of all.
    abstract boolean isDone();

    /// Computes all batches.
    final <E extends Exception> void forEach(Listener<T, E> listener) throws E {
        CompletableFuture<AsOf<T>> next = sendNext();
        try {
            while (next != null) {
                AsOf<T> batch = timeout.await(next);
                note(batch.value());
                next = isDone() ? null : sendNext();
                listener.computed(batch);
            }
        } finally {
            cancel(next);
        }
    }

    /// Sends the next command. If it is refused, its reply is the failure, which thus comes after the batch before it.
    private CompletableFuture<AsOf<T>> sendNext() {
        int texts = size;
        size = Math.min(2 * size, largest);
        try {
            return send(texts);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void cancel(@Nullable CompletableFuture<?> reply) {
        if (reply != null) {
            reply.cancel(false);
        }
    }
}
