package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.OwnerQuota;
import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// A store that persists nothing: the sessions end with the process. It holds the newest responses of
/// idempotent calls in memory.
///
/// They are in a map and not in a cache of Caffeine, which may drop a new entry in favour of an old one: the call
/// that would be repeated next would then be executed twice.
public final class NoStore implements SessionStore, IdempotencyStore {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final int MAX_RESPONSES = 100;

    private final AtomicLong epoch = new AtomicLong();

    private final Map<String, IdempotencyStore.Entry> responses =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<String, IdempotencyStore.Entry> eldest) {
                    return size() > MAX_RESPONSES;
                }
            };

    @Override
    public List<StoredSession> sessions() {
        return List.of();
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
        return epoch.incrementAndGet();
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        throw new IllegalStateException("nothing is stored");
    }

    @Override
    public CompletableFuture<Void> begin(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return response == null ? DONE : put(response);
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
    public CompletableFuture<Void> continueWith(
            SessionSnapshot snapshot,
            @Nullable OwnerQuota quota,
            IdempotencyStore.@Nullable Entry response) {
        return response == null ? DONE : put(response);
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
        return response == null ? DONE : put(response);
    }

    @Override
    public CompletableFuture<Void> writeSnapshot(SessionSnapshot snapshot) {
        return DONE;
    }

    @Override
    public CompletableFuture<Void> delete(Holding holding, long epoch) {
        return DONE;
    }

    @Override
    public void requireRoom() {}

    @Override
    public boolean isUnavailable() {
        return false;
    }

    @Override
    public boolean isPersistent() {
        return false;
    }

    @Override
    public synchronized IdempotencyStore.@Nullable Entry find(String key) {
        return responses.get(key);
    }

    @Override
    public void started(Holding session, Idempotency idempotency, Idempotency.Start start) {
        // A call is only interrupted by the end of the process, which ends the sessions as well.
    }

    @Override
    public synchronized CompletableFuture<Void> put(IdempotencyStore.Entry response) {
        responses.put(response.key(), response);
        return DONE;
    }
}
