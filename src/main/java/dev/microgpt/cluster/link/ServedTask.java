package dev.microgpt.cluster.link;

import dev.microgpt.live.Answers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/// A message of another node's client that is being carried out. Passes a few answers on; more follow when the client
/// has taken them. Thread-safe.
final class ServedTask implements Answers {

    private static final int MAX_ANSWERS = 64;
    private static final int MAX_CHARS = 1 << 20;

    private final long id;
    private final LinkSender sender;
    private final LinkCodec codec;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final ArrayDeque<Integer> lengths = new ArrayDeque<>(); // of the answers in between
    private int chars;
    private @Nullable Runnable waiting;

    ServedTask(long id, LinkSender sender, LinkCodec codec) {
        this.id = id;
        this.sender = sender;
        this.codec = codec;
    }

    @Override
    public void send(String answer) {
        synchronized (this) {
            lengths.add(answer.length());
            chars += answer.length();
        }
        sender.send(codec.encode(new LinkMessage.Answer(id), answer));
    }

    /// The client has taken one answer.
    void taken() {
        synchronized (this) {
            Integer length = lengths.poll();
            chars -= length == null ? 0 : length;
        }
        runWaiting();
    }

    /// Requests an early end.
    void stop() {
        stop.complete(null);
        runWaiting();
    }

    CompletableFuture<Void> whenStopped() {
        return stop;
    }

    private void runWaiting() {
        Runnable task;
        synchronized (this) {
            if (mustWait()) {
                return;
            }
            task = waiting;
            waiting = null;
        }
        if (task != null) {
            task.run();
        }
    }

    private boolean mustWait() {
        return !sender.isClosed() && (lengths.size() >= MAX_ANSWERS || chars >= MAX_CHARS);
    }

    @Override
    public void whenNotFull(Runnable task) {
        synchronized (this) {
            if (mustWait()) {
                waiting = task; // a task has one thing to do next
                return;
            }
        }
        task.run();
    }

    @Override
    public boolean isClosed() {
        return sender.isClosed();
    }
}
