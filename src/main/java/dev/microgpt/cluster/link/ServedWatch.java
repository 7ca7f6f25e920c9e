package dev.microgpt.cluster.link;

import dev.microgpt.live.LiveThreads;
import dev.microgpt.live.Pump;
import dev.microgpt.live.Watch;
import dev.microgpt.live.WatchPosition;
import dev.microgpt.session.actor.PublishedState;

import org.jspecify.annotations.Nullable;

import java.util.function.LongConsumer;

/// A session that a client of another node watches. Makes one frame each time that the client's node asks for it.
final class ServedWatch {

    private final long id;
    private final LinkSender sender;
    private final LinkCodec codec;
    private final LongConsumer onEnd;
    private final Pump pump;
    private @Nullable Watch watch; // guarded by this
    private boolean isClosed; // guarded by this
    private volatile boolean isWanted = true;

    /// @param onEnd gets the id when the session has ended
    ServedWatch(
            long id, LinkSender sender, LinkCodec codec, LiveThreads threads, LongConsumer onEnd) {
        this.id = id;
        this.sender = sender;
        this.codec = codec;
        this.onEnd = onEnd;
        pump =
                new Pump(
                        threads,
                        this::sendNext,
                        () -> end(new LinkMessage.Ended(id, PublishedState.End.MOVED, null)));
    }

    /// Starts to send.
    void start(Watch opened) {
        synchronized (this) {
            if (!isClosed) {
                watch = opened;
            }
        }
        if (current() == null) {
            opened.close();
            return;
        }
        WatchPosition start = opened.position();
        sender.send(codec.encode(new LinkMessage.Watching(id, start.epoch(), start.step())));
        pump.wake();
    }

    private synchronized @Nullable Watch current() {
        return watch;
    }

    void wake() {
        pump.wake();
    }

    /// The client's node wants another frame.
    void next() {
        isWanted = true;
        pump.wake();
    }

    private long sendNext() {
        Watch current = current();
        if (current == null || !isWanted) {
            return Long.MAX_VALUE;
        }
        if (sender.isFull()) {
            sender.whenNotFull(pump::wake);
            return Long.MAX_VALUE;
        }
        long nanos = current.nanosUntilDue(System.nanoTime());
        if (nanos > 0) {
            return nanos;
        }
        Watch.Message message = current.poll();
        if (message != null) {
            isWanted = false;
            WatchPosition position = current.position();
            sender.send(
                    codec.encode(
                            new LinkMessage.Frame(
                                    id, message.type(), position.epoch(), position.step()),
                            message.json()));
            return Long.MAX_VALUE;
        }
        PublishedState.End end = current.end();
        if (end != null) {
            end(new LinkMessage.Ended(id, end, null));
        }
        return current.nanosUntilDue(System.nanoTime());
    }

    private void end(LinkMessage message) {
        onEnd.accept(id);
        close();
        sender.send(codec.encode(message));
    }

    void close() {
        Watch ended;
        synchronized (this) {
            isClosed = true;
            ended = watch;
            watch = null;
        }
        pump.close();
        if (ended != null) {
            ended.close();
        }
    }
}
