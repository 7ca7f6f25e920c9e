package dev.microgpt.cluster.link;

import dev.microgpt.live.Watch;
import dev.microgpt.live.WatchPosition;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// A session of another node that a client of this node watches. Holds at most one frame, and asks for the next one
/// when it is taken. Thread-safe.
final class LinkedWatch implements Watch {

    private final CompletableFuture<Watch> opened = new CompletableFuture<>();
    private final Runnable wake;
    private final Runnable askForNext;
    private final Runnable onClose;
    private LinkMessage.@Nullable Frame frame;
    private String text;
    private long dueNanos;
    private @Nullable WatchPosition position; // set once the watch has started
    private PublishedState.@Nullable End end;

    LinkedWatch(Runnable wake, Runnable askForNext, Runnable onClose) {
        this.wake = wake;
        this.askForNext = askForNext;
        this.onClose = onClose;
        text = "";
    }

    /// Completes when the other node has confirmed the watch.
    CompletableFuture<Watch> opened() {
        return opened;
    }

    void started(LinkMessage.Watching start) {
        synchronized (this) {
            position = new WatchPosition(start.epoch(), start.step());
        }
        opened.complete(this);
    }

    void received(LinkMessage.Frame received, String json) {
        synchronized (this) {
            frame = received;
            text = json;
            dueNanos = System.nanoTime();
        }
        wake.run();
    }

    void ended(LinkMessage.Ended ended) {
        LinkFailure failure = ended.failure();
        if (failure != null) {
            opened.completeExceptionally(failure.toException());
        }
        ended(ended.end() == null ? PublishedState.End.MOVED : ended.end());
    }

    void ended(PublishedState.End why) {
        synchronized (this) {
            end = why;
        }
        opened.completeExceptionally(SessionException.moving()); // unless it has been opened
        wake.run();
    }

    @Override
    public synchronized WatchPosition position() {
        return Objects.requireNonNull(position);
    }

    @Override
    public synchronized long dueNanos() {
        return dueNanos;
    }

    @Override
    public synchronized long nanosUntilDue(long now) {
        return frame == null && end == null ? Long.MAX_VALUE : 0;
    }

    @Override
    public @Nullable Message poll() {
        Message message;
        synchronized (this) {
            LinkMessage.Frame taken = frame;
            if (taken == null) {
                return null;
            }
            message = new Message(taken.kind(), text);
            position = new WatchPosition(taken.epoch(), taken.step());
            frame = null;
            text = "";
        }
        askForNext.run();
        return message;
    }

    @Override
    public synchronized PublishedState.@Nullable End end() {
        return frame == null ? end : null;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
