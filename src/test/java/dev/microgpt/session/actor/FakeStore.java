package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Keeps in memory what has been committed. Writes are done at once, unless the test holds them back or lets
/// them fail.
final class FakeStore implements SessionStore, IdempotencyStore {

    private final TreeMap<Long, StoredImage> images = new TreeMap<>();
    private final Map<String, IdempotencyStore.Entry> answers = new HashMap<>();
    private final Deque<Write> waiting = new ArrayDeque<>();
    private final List<Write> written = new ArrayList<>();
    private boolean isHolding;
    private boolean isFailing;
    private boolean isFull;
    private boolean isDamaged;
    private int loads;

    /// What a write is about.
    enum Kind {
        BEGIN,
        APPEND,
        SAVE,
        DELETE,
        ANSWER
    }

    /// @param changes that are appended; empty for others
    /// @param answer written with it; null for none
    record Write(
            Kind kind,
            List<Change> changes,
            IdempotencyStore.@Nullable Entry answer,
            Runnable work,
            CompletableFuture<Void> done) {}

    // ---- what the test says

    /// From now on, writes wait for the test.
    void hold() {
        isHolding = true;
    }

    /// Lets what waits be written, and what follows be written at once.
    void release() {
        isHolding = false;
        while (!waiting.isEmpty()) {
            completeNext();
        }
    }

    void completeNext() {
        commit(waiting.remove());
    }

    void failNext() {
        waiting.remove().done.completeExceptionally(full());
    }

    /// Whether writes fail from now on, except for deletes.
    void fail(boolean fails) {
        isFailing = fails;
    }

    /// Whether there is no room from now on.
    void full(boolean full) {
        isFull = full;
    }

    void damage() {
        isDamaged = true;
    }

    static SessionException full() {
        return new SessionException(ErrorCode.STORAGE_FULL, "there is no room");
    }

    /// What has been committed, for another process.
    FakeStore copy() {
        FakeStore copy = new FakeStore();
        images.forEach((epoch, image) -> copy.images.put(epoch, new StoredImage(image)));
        copy.answers.putAll(answers);
        return copy;
    }

    // ---- what the test asks

    int numWaiting() {
        return waiting.size();
    }

    Write next() {
        return waiting.element();
    }

    /// What has been committed, in this order.
    List<Write> written() {
        return written;
    }

    List<Kind> kinds() {
        return written.stream().map(Write::kind).toList();
    }

    StoredImage image(long epoch) {
        StoredImage image = images.get(epoch);
        if (image == null) {
            throw new AssertionError("nothing is stored of epoch " + epoch);
        }
        return image;
    }

    boolean isEmpty() {
        return images.isEmpty();
    }

    int loads() {
        return loads;
    }

    // ---- the store

    private CompletableFuture<Void> write(
            Kind kind,
            List<Change> changes,
            IdempotencyStore.@Nullable Entry answer,
            Runnable work) {
        Write write = new Write(kind, changes, answer, work, new CompletableFuture<>());
        if (isHolding) {
            waiting.add(write);
        } else if (isFailing) {
            write.done.completeExceptionally(full());
        } else {
            commit(write);
        }
        return write.done;
    }

    private void commit(Write write) {
        write.work.run();
        IdempotencyStore.Entry answer = write.answer;
        if (answer != null) {
            answers.put(answer.key(), answer);
        }
        written.add(write);
        write.done.complete(null);
    }

    @Override
    public List<StoredSession> sessions() {
        return images.entrySet().stream().map(e -> e.getValue().session(e.getKey())).toList();
    }

    @Override
    public long lastEpoch() {
        return images.isEmpty() ? 0 : images.lastKey();
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        loads++;
        if (isDamaged) {
            throw new SessionException(ErrorCode.INTERNAL, "the store is damaged");
        }
        return image(epoch).contents();
    }

    @Override
    public CompletableFuture<Void> begin(
            SessionSnapshot save, IdempotencyStore.@Nullable Entry answer) {
        return write(
                Kind.BEGIN,
                List.of(),
                answer,
                () -> {
                    images.values().removeIf(image -> image.isOf(save));
                    images.put(save.epoch(), new StoredImage(save));
                });
    }

    @Override
    public CompletableFuture<Void> append(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry answer) {
        return write(
                Kind.APPEND,
                changes,
                answer,
                () -> image(epoch).append(firstNumber, changes, view, hasRun));
    }

    @Override
    public CompletableFuture<Void> save(SessionSnapshot save) {
        return write(
                Kind.SAVE,
                List.of(),
                null,
                () -> {
                    StoredImage image = images.get(save.epoch());
                    if (image != null) { // the epoch may have ended
                        image.take(save);
                    }
                });
    }

    @Override
    public CompletableFuture<Void> delete(long epoch) {
        return write(Kind.DELETE, List.of(), null, () -> images.remove(epoch));
    }

    @Override
    public void requireRoom() {
        if (isFull) {
            throw full();
        }
    }

    @Override
    public boolean keepsSessions() {
        return true;
    }

    @Override
    public IdempotencyStore.@Nullable Entry find(String key) {
        return answers.get(key);
    }

    @Override
    public void started(Idempotency idempotency, Idempotency.Start start) {
        IdempotencyStore.Entry entry =
                new IdempotencyStore.Entry(
                        idempotency.key(),
                        idempotency.call(),
                        null,
                        start.epoch(),
                        start.step(),
                        null);
        var _ = write(Kind.ANSWER, List.of(), entry, () -> {});
    }

    @Override
    public CompletableFuture<Void> keepAlone(IdempotencyStore.Entry answer) {
        return write(Kind.ANSWER, List.of(), answer, () -> {});
    }
}
