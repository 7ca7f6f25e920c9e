package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
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

/// A store in memory. Writes are committed at once, unless the test holds them back or makes them fail.
final class FakeStore implements SessionStore, IdempotencyStore {

    private final TreeMap<Long, StoredImage> images = new TreeMap<>();
    private final Map<String, IdempotencyStore.Entry> responses = new HashMap<>();
    private final Deque<Write> waiting = new ArrayDeque<>();
    private final List<Write> written = new ArrayList<>();
    private boolean isHolding;
    private boolean isFailing;
    private boolean isFull;
    private boolean isDamaged;
    private int loads;
    private long epoch;

    /// The kind of a write.
    enum Kind {
        BEGIN,
        CONTINUE,
        APPEND,
        SNAPSHOT,
        DELETE,
        RESPONSE
    }

    /// @param changes the appended changes; empty for other kinds
    /// @param response the response written with it; null for none
    /// @param work commits the write
    record Write(
            Kind kind,
            List<Change> changes,
            IdempotencyStore.@Nullable Entry response,
            Runnable work,
            CompletableFuture<Void> done) {}

    // ---- controls of the test

    /// Holds back writes from now on.
    void hold() {
        isHolding = true;
    }

    /// Commits the waiting writes, and later ones at once.
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

    /// Sets whether writes fail from now on.
    void fail(boolean fails) {
        isFailing = fails;
    }

    /// Sets whether there is no room from now on.
    void full(boolean full) {
        isFull = full;
    }

    void damage() {
        isDamaged = true;
    }

    static SessionException full() {
        return new SessionException(ErrorCode.STORAGE_FULL, "there is no room");
    }

    /// Copies what has been committed, for another process.
    FakeStore copy() {
        FakeStore copy = new FakeStore();
        images.forEach((epoch, image) -> copy.images.put(epoch, new StoredImage(image)));
        copy.responses.putAll(responses);
        copy.epoch = epoch;
        return copy;
    }

    // ---- queries of the test

    int numWaiting() {
        return waiting.size();
    }

    Write next() {
        return waiting.element();
    }

    /// Returns the committed writes in their order.
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
            IdempotencyStore.@Nullable Entry response,
            Runnable work) {
        Write write = new Write(kind, changes, response, work, new CompletableFuture<>());
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
        IdempotencyStore.Entry response = write.response;
        if (response != null) {
            responses.put(response.key(), response);
        }
        written.add(write);
        write.done.complete(null);
    }

    @Override
    public List<StoredSession> sessions() {
        return images.entrySet().stream().map(e -> e.getValue().session(e.getKey())).toList();
    }

    @Override
    public @Nullable StoredSession findForked(SessionId id) {
        return null;
    }

    @Override
    public List<SessionId> idsOf(String owner, String after, int limit) {
        return List.of();
    }

    @Override
    public boolean hasEpoch(long epoch) {
        return false;
    }

    @Override
    public boolean isOwner(SessionId id) {
        return true;
    }

    @Override
    public Holding holding(SessionId id) {
        return new Holding(id, 0);
    }

    @Override
    public long nextEpoch() {
        return ++epoch;
    }

    @Override
    public CompletableFuture<Void> beginFork(
            Holding parent,
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return begin(snapshot, quota, response);
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
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return write(
                Kind.BEGIN,
                List.of(),
                response,
                () -> {
                    images.values().removeIf(image -> image.isOf(snapshot));
                    images.put(snapshot.epoch(), new StoredImage(snapshot));
                });
    }

    @Override
    public CompletableFuture<Void> continueWith(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return write(
                Kind.CONTINUE,
                List.of(),
                response,
                () -> image(snapshot.epoch()).replaceSnapshot(snapshot));
    }

    @Override
    public CompletableFuture<Void> append(
            Holding holding,
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry response) {
        return write(
                Kind.APPEND,
                changes,
                response,
                () -> image(epoch).append(firstNumber, changes, view, hasRun));
    }

    @Override
    public CompletableFuture<Void> writeSnapshot(SessionSnapshot snapshot) {
        return write(
                Kind.SNAPSHOT,
                List.of(),
                null,
                () -> {
                    StoredImage image = images.get(snapshot.epoch());
                    if (image != null) { // the epoch may have ended
                        image.replaceSnapshot(snapshot);
                    }
                });
    }

    @Override
    public CompletableFuture<Void> delete(Holding holding, long epoch) {
        return write(Kind.DELETE, List.of(), null, () -> images.remove(epoch));
    }

    @Override
    public void requireRoom() {
        if (isFull) {
            throw full();
        }
    }

    @Override
    public boolean isUnavailable() {
        return false;
    }

    @Override
    public boolean isPersistent() {
        return true;
    }

    @Override
    public IdempotencyStore.@Nullable Entry find(String key) {
        return responses.get(key);
    }

    @Override
    public void started(Holding session, Idempotency idempotency, Idempotency.Start start) {
        IdempotencyStore.Entry entry =
                new IdempotencyStore.Entry(
                        idempotency.key(),
                        idempotency.call(),
                        idempotency.request(),
                        start.epoch(),
                        start.step(),
                        null);
        var _ = write(Kind.RESPONSE, List.of(), entry, () -> {});
    }

    @Override
    public CompletableFuture<Void> put(IdempotencyStore.Entry response) {
        return write(Kind.RESPONSE, List.of(), response, () -> {});
    }
}
