package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Keeps nothing: sessions end with the process.
final class NoStore implements SessionStore {

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
        throw new IllegalStateException("nothing is kept");
    }

    @Override
    public CompletableFuture<Void> begin(SessionSave save, boolean mayFail, @Nullable Once once) {
        return after(once);
    }

    @Override
    public CompletableFuture<Void> add(
            long epoch,
            long firstNumber,
            List<Change> changes,
            SessionView view,
            boolean hasRun,
            @Nullable Once once) {
        return after(once);
    }

    /// The answer alone is kept, by others.
    private static CompletableFuture<Void> after(@Nullable Once once) {
        return once == null
                ? CompletableFuture.completedFuture(null)
                : once.answer().thenAccept(Runnable::run);
    }

    @Override
    public CompletableFuture<Void> save(SessionSave save) {
        return after(null);
    }

    @Override
    public CompletableFuture<Void> delete(long epoch) {
        return after(null);
    }

    @Override
    public void requireRoom() {}

    @Override
    public boolean keepsSessions() {
        return false;
    }
}
