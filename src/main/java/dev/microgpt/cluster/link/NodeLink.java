package dev.microgpt.cluster.link;

import dev.microgpt.live.Answers;
import dev.microgpt.live.ClientText;
import dev.microgpt.live.LiveThreads;
import dev.microgpt.live.SessionHost;
import dev.microgpt.live.Watch;
import dev.microgpt.live.WatchRequest;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// The connection to another node over which this node's clients use its sessions. Ends once, and is not opened
/// again.
final class NodeLink implements SessionHost {

    private static final Logger log = LoggerFactory.getLogger(NodeLink.class);
    private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LinkCodec codec;
    private final LiveThreads threads;
    private final CompletableFuture<LinkSender> opening;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, LinkedTask> tasks = new ConcurrentHashMap<>();
    private final Map<Long, LinkedWatch> watches = new ConcurrentHashMap<>();
    private volatile long receivedNanos = System.nanoTime();
    private volatile boolean hasEnded;
    private volatile @Nullable WebSocket socket;

    /// Opens a link.
    ///
    /// @param connect opens a connection with a listener
    NodeLink(
            LinkCodec codec,
            LiveThreads threads,
            Function<WebSocket.Listener, CompletableFuture<WebSocket>> connect) {
        this.codec = codec;
        this.threads = threads;
        opening =
                connect.apply(new Receiver())
                        .handle(
                                (opened, failure) -> {
                                    if (opened == null) {
                                        log.debug("A link could not be opened", failure);
                                        end();
                                        throw SessionException.moving(); // to be tried again
                                    }
                                    return opened(opened);
                                });
    }

    private LinkSender opened(WebSocket opened) {
        socket = opened;
        receivedNanos = System.nanoTime();
        if (hasEnded) {
            opened.abort();
        }
        watchOver(opened);
        return new LinkSender(
                new LinkSender.Transport() {
                    @Override
                    public CompletableFuture<?> send(String message) {
                        return opened.sendText(message, true);
                    }

                    @Override
                    public void abort() {
                        end();
                    }
                });
    }

    /// Sends pings, and ends the link if nothing arrives.
    private void watchOver(WebSocket opened) {
        if (hasEnded) {
            return;
        }
        if (System.nanoTime() - receivedNanos > MAX_SILENCE_NANOS) {
            log.debug("A node has been silent for too long");
            end();
            return;
        }
        var _ = opened.sendPing(ByteBuffer.allocate(0));
        var _ = threads.after(PING_NANOS, () -> watchOver(opened));
    }

    boolean hasEnded() {
        return hasEnded;
    }

    /// Ends the link with all that uses it.
    void end() {
        synchronized (this) {
            if (hasEnded) {
                return;
            }
            hasEnded = true;
        }
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
        tasks.values().forEach(LinkedTask::lost);
        tasks.clear();
        watches.values().forEach(watch -> watch.ended(PublishedState.End.MOVED));
        watches.clear();
    }

    // ---- messages

    @Override
    public CompletableFuture<Void> execute(
            CallContext call, ClientText message, Answers answers, CompletableFuture<Void> stop) {
        return opening.thenCompose(sender -> execute(sender, call, message, answers, stop));
    }

    private CompletableFuture<Void> execute(
            LinkSender sender,
            CallContext call,
            ClientText message,
            Answers answers,
            CompletableFuture<Void> stop) {
        long id = lastId.incrementAndGet();
        LinkedTask task = new LinkedTask(message, answers, sender);
        tasks.put(id, task);
        if (hasEnded) { // ended before the task was added
            tasks.remove(id);
            return CompletableFuture.failedFuture(SessionException.moving());
        }
        boolean isStopped = stop.isDone();
        sender.send(
                codec.encode(
                        new LinkMessage.Execute(id, call.caller(), isStopped), message.text()));
        if (!isStopped) {
            var _ = stop.thenRun(() -> sender.send(codec.encode(new LinkMessage.Stop(id))));
        }
        return task.end;
    }

    /// A client's message that the other node carries out.
    private final class LinkedTask {

        final CompletableFuture<Void> end = new CompletableFuture<>();
        private final ClientText message;
        private final Answers answers;
        private final LinkSender sender;

        LinkedTask(ClientText message, Answers answers, LinkSender sender) {
            this.message = message;
            this.answers = answers;
            this.sender = sender;
        }

        void answer(long id, String answer) {
            answers.send(answer);
            answers.whenNotFull(() -> sender.send(codec.encode(new LinkMessage.Taken(id))));
        }

        void done(@Nullable LinkFailure failure) {
            if (failure == null) {
                end.complete(null);
            } else {
                end.completeExceptionally(failure.toException());
            }
        }

        void lost() {
            end.completeExceptionally(
                    message.isRepeatable()
                            ? SessionException.moving()
                            : new SessionException(
                                    ErrorCode.BUSY,
                                    "the connection to the node that has the session was lost, so it is"
                                            + " unknown whether the message was carried out"));
        }
    }

    // ---- watches

    @Override
    public CompletableFuture<Watch> watch(
            Caller caller, String session, WatchRequest request, Runnable wake) {
        return opening.thenCompose(sender -> watch(sender, caller, session, request, wake));
    }

    private CompletableFuture<Watch> watch(
            LinkSender sender, Caller caller, String session, WatchRequest request, Runnable wake) {
        long id = lastId.incrementAndGet();
        LinkedWatch watch =
                new LinkedWatch(
                        wake,
                        () -> sender.send(codec.encode(new LinkMessage.Next(id))),
                        () -> {
                            if (watches.remove(id) != null) {
                                sender.send(codec.encode(new LinkMessage.Unwatch(id)));
                            }
                        });
        watches.put(id, watch);
        if (hasEnded) { // ended before the watch was added
            watches.remove(id);
            return CompletableFuture.failedFuture(SessionException.moving());
        }
        sender.send(codec.encode(new LinkMessage.Watch(id, caller, session, request)));
        return watch.opened();
    }

    // ---- receiving

    private void receive(String received) {
        LinkCodec.Decoded decoded = codec.decode(received);
        if (!(decoded.message() instanceof LinkMessage.Response response)) {
            throw new IllegalArgumentException("not a response: " + decoded.message());
        }
        switch (response) {
            case LinkMessage.Answer answer -> {
                LinkedTask task = tasks.get(answer.task());
                if (task != null) {
                    task.answer(answer.task(), decoded.text());
                }
            }
            case LinkMessage.Done done -> {
                LinkedTask task = tasks.remove(done.task());
                if (task != null) {
                    task.done(done.failure());
                }
            }
            case LinkMessage.Watching watching -> {
                LinkedWatch watch = watches.get(watching.watch());
                if (watch != null) {
                    watch.started(watching);
                }
            }
            case LinkMessage.Frame frame -> {
                LinkedWatch watch = watches.get(frame.watch());
                if (watch != null) {
                    watch.received(frame, decoded.text());
                }
            }
            case LinkMessage.Ended ended -> {
                LinkedWatch watch = watches.remove(ended.watch());
                if (watch != null) {
                    watch.ended(ended);
                }
            }
        }
    }

    /// Receives from the other node, on one thread at a time.
    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder partial = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence part, boolean isLast) {
            receivedNanos = System.nanoTime();
            partial.append(part);
            if (isLast) {
                String message = partial.toString();
                partial.setLength(0);
                receive(message);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
            receivedNanos = System.nanoTime();
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            log.debug("A link has failed", failure);
            end();
        }
    }
}
