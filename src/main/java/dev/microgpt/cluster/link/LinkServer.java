package dev.microgpt.cluster.link;

import dev.microgpt.live.ClientText;
import dev.microgpt.live.LiveThreads;
import dev.microgpt.live.SessionHost;
import dev.microgpt.live.SessionHosts;
import dev.microgpt.live.Watch;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Serves one other node: carries out its clients' messages about sessions of this node, and makes the frames that
/// they watch.
final class LinkServer {

    private final Services services;
    private final LinkSender sender;
    private final Map<Long, ServedTask> tasks = new ConcurrentHashMap<>();
    private final Map<Long, ServedWatch> watches = new ConcurrentHashMap<>();

    /// What all links share.
    ///
    /// @param local the sessions of this node
    record Services(
            SessionHosts hosts,
            SessionHost local,
            LiveThreads threads,
            Memory memory,
            JsonMapper json,
            LinkCodec codec) {}

    LinkServer(Services services, LinkSender sender) {
        this.services = services;
        this.sender = sender;
    }

    /// Handles a message of the other node. Does not block.
    ///
    /// @throws IllegalArgumentException if it is none for a server
    void receive(String received) {
        LinkCodec.Decoded decoded = services.codec().decode(received);
        if (!(decoded.message() instanceof LinkMessage.Request request)) {
            throw new IllegalArgumentException("not a request: " + decoded.message());
        }
        switch (request) {
            case LinkMessage.Execute execute -> start(execute, decoded.text());
            case LinkMessage.Stop stop -> {
                ServedTask task = tasks.get(stop.task());
                if (task != null) {
                    task.stop();
                }
            }
            case LinkMessage.Taken taken -> {
                ServedTask task = tasks.get(taken.task());
                if (task != null) {
                    task.taken();
                }
            }
            case LinkMessage.Watch watch -> start(watch);
            case LinkMessage.Next next -> {
                ServedWatch watch = watches.get(next.watch());
                if (watch != null) {
                    watch.next();
                }
            }
            case LinkMessage.Unwatch unwatch -> {
                ServedWatch watch = watches.remove(unwatch.watch());
                if (watch != null) {
                    watch.close();
                }
            }
        }
    }

    private void send(LinkMessage message) {
        sender.send(services.codec().encode(message));
    }

    /// @throws SessionException `moving` unless this node owns the session
    private void requireLocal(Caller caller, String session) {
        if (!services.local().equals(services.hosts().of(caller.sessionId(session)))) {
            throw SessionException.moving();
        }
    }

    /// Stops all tasks and watches.
    void close() {
        sender.close();
        tasks.values().forEach(ServedTask::stop);
        watches.values().forEach(ServedWatch::close);
        watches.clear();
    }

    // ---- messages

    private void start(LinkMessage.Execute execute, String text) {
        ServedTask task = new ServedTask(execute.task(), sender, services.codec());
        if (execute.isStopped()) {
            task.stop();
        }
        tasks.put(execute.task(), task);
        services.threads().workers().execute(() -> execute(execute, text, task));
    }

    private void execute(LinkMessage.Execute execute, String text, ServedTask task) {
        Memory.Share share = services.memory().share();
        CompletableFuture<Void> result;
        try {
            CallContext call = CallContext.of(execute.caller(), share);
            call.reserve(text.length(), "the message");
            ClientText message = ClientText.parse(services.json(), text);
            requireLocal(execute.caller(), message.session());
            result = services.local().execute(call, message, task, task.whenStopped());
        } catch (RuntimeException e) {
            result = CompletableFuture.failedFuture(e);
        }
        var _ =
                result.whenComplete(
                        (_, failure) -> {
                            share.close();
                            tasks.remove(execute.task());
                            send(
                                    new LinkMessage.Done(
                                            execute.task(),
                                            failure == null ? null : LinkFailure.of(failure)));
                        });
    }

    // ---- watches

    private void start(LinkMessage.Watch watch) {
        ServedWatch served =
                new ServedWatch(
                        watch.watch(),
                        sender,
                        services.codec(),
                        services.threads(),
                        watches::remove);
        watches.put(watch.watch(), served);
        services.threads().workers().execute(() -> open(watch, served));
    }

    private void open(LinkMessage.Watch watch, ServedWatch served) {
        CompletableFuture<Watch> opening;
        try {
            requireLocal(watch.caller(), watch.session());
            opening =
                    services.local()
                            .watch(watch.caller(), watch.session(), watch.request(), served::wake);
        } catch (RuntimeException e) {
            opening = CompletableFuture.failedFuture(e);
        }
        var _ =
                opening.handle(
                        (opened, failure) -> {
                            if (failure == null) {
                                served.start(opened);
                            } else {
                                watches.remove(watch.watch());
                                served.close();
                                send(
                                        new LinkMessage.Ended(
                                                watch.watch(), null, LinkFailure.of(failure)));
                            }
                            return null;
                        });
    }
}
