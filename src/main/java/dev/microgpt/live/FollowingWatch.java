package dev.microgpt.live;

import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/// Watches a session that may move: continues at the next host where the watch at the last one ended, so that the
/// watcher sees a short pause and misses nothing.
final class FollowingWatch implements Watch {

    /// Longer than another host needs to take a session over after a failure.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Reopen reopen;
    private final Runnable wake;
    private volatile WatchPosition position;
    private @Nullable Watch current; // guarded by this; null while the session moves
    private boolean isClosed; // guarded by this
    private volatile PublishedState.@Nullable End end;

    /// Watches the session at its next host.
    interface Reopen {

        CompletableFuture<Watch> after(
                WatchPosition position, Duration patience, BooleanSupplier isOver);
    }

    FollowingWatch(Watch first, Reopen reopen, Runnable wake) {
        this.reopen = reopen;
        this.wake = wake;
        current = first;
        position = first.position();
    }

    private synchronized @Nullable Watch current() {
        return current;
    }

    @Override
    public WatchPosition position() {
        return position;
    }

    @Override
    public long dueNanos() {
        Watch watch = current();
        return watch == null ? System.nanoTime() : watch.dueNanos();
    }

    @Override
    public long nanosUntilDue(long now) {
        if (end != null) {
            return 0;
        }
        Watch watch = current();
        return watch == null ? Long.MAX_VALUE : watch.nanosUntilDue(now);
    }

    @Override
    public @Nullable Message poll() {
        Watch watch = current();
        if (watch == null) {
            return null;
        }
        Message message = watch.poll();
        if (message != null) {
            position = watch.position();
        }
        return message;
    }

    @Override
    public PublishedState.@Nullable End end() {
        Watch watch = current();
        if (watch == null) {
            return end;
        }
        PublishedState.End why = watch.end();
        if (why != PublishedState.End.MOVED) {
            return why;
        }
        follow(watch);
        return null;
    }

    private void follow(Watch old) {
        synchronized (this) {
            current = null;
        }
        old.close();
        var _ = reopen.after(position, PATIENCE, this::isClosed).whenComplete(this::reopened);
    }

    private synchronized boolean isClosed() {
        return isClosed;
    }

    private void reopened(@Nullable Watch next, @Nullable Throwable failure) {
        if (next == null) {
            end =
                    isDeleted(failure)
                            ? PublishedState.End.DELETED
                            : PublishedState.End.MOVED; // the client may ask another process
        } else if (!adopt(next)) {
            next.close();
        }
        wake.run();
    }

    private static boolean isDeleted(@Nullable Throwable failure) {
        return failure != null
                && SessionRouter.cause(failure) instanceof SessionException e
                && e.code() == ErrorCode.NOT_FOUND;
    }

    private synchronized boolean adopt(Watch next) {
        if (!isClosed) {
            current = next;
        }
        return !isClosed;
    }

    @Override
    public void close() {
        Watch watch;
        synchronized (this) {
            isClosed = true;
            watch = current;
        }
        if (watch != null) {
            watch.close();
        }
    }
}
