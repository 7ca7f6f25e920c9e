package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.Idempotency;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Keeps no sessions: they end with the process, and so may answers, of which it has the newest.
public final class NoStore implements SessionStore, IdempotencyStore {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final int MOST_ANSWERS = 100;

    private final Map<String, IdempotencyStore.Entry> answers =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<String, IdempotencyStore.Entry> eldest) {
                    return size() > MOST_ANSWERS;
                }
            };

    @Override
    public List<StoredSession> sessions() {
        return List.of();
    }

    @Override
    public long lastEpoch() {
        return 0;
    }

    @Override
    public StoredSession.Contents load(long epoch) {
        throw new IllegalStateException("nothing is stored");
    }

    @Override
    public CompletableFuture<Void> begin(
            SessionSnapshot save, IdempotencyStore.@Nullable Entry answer) {
        return answer == null ? DONE : keepAlone(answer);
    }

    @Override
    public CompletableFuture<Void> append(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            IdempotencyStore.@Nullable Entry answer) {
        return answer == null ? DONE : keepAlone(answer);
    }

    @Override
    public CompletableFuture<Void> save(SessionSnapshot save) {
        return DONE;
    }

    @Override
    public CompletableFuture<Void> delete(long epoch) {
        return DONE;
    }

    @Override
    public void requireRoom() {}

    @Override
    public boolean keepsSessions() {
        return false;
    }

    @Override
    public synchronized IdempotencyStore.@Nullable Entry find(String key) {
        return answers.get(key);
    }

    @Override
    public void started(Idempotency idempotency, Idempotency.Start start) {
        // Whatever cuts a call off ends the sessions as well.
    }

    @Override
    public synchronized CompletableFuture<Void> keepAlone(IdempotencyStore.Entry answer) {
        answers.put(answer.key(), answer);
        return DONE;
    }
}
