package dev.microgpt.live;

import dev.microgpt.quota.RateLimiter;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.wire.JsonTrees;
import dev.microgpt.wire.Problems;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Parses the messages of one connection and queues them for execution. Failures are answered with an `error`
/// message.
final class MessageHandler {

    private static final int MAX_ID_CHARS = 200;

    private final Connection connection;
    private final Services services;
    private final MessageQueue queue;
    private final Watches watches;

    /// The services that all handlers share.
    record Services(
            SessionRouter router,
            JsonMapper json,
            RateLimiter rates,
            LiveThreads threads,
            Memory memory) {}

    MessageHandler(Connection connection, Services services) {
        this.connection = connection;
        this.services = services;
        queue = new MessageQueue(connection, services.threads().workers());
        watches = new Watches(connection, services.router());
    }

    /// Handles one message. Does not wait until it has been carried out.
    void handle(Caller caller, String text) {
        JsonNode tree = null;
        List<RateLimiter.Verdict> verdicts = count(caller); // invalid messages count as well
        try {
            tree = JsonTrees.read(services.json(), text);
            if (!tree.isObject()) {
                throw new SessionException(ErrorCode.WRONG_TYPE, "a message must be a JSON object");
            }
            requireValidId(field(tree, "id"));
            requireRate(verdicts);
            enqueue(caller, ClientText.of(text, tree, services.json()));
        } catch (RuntimeException e) {
            JsonNode id = field(tree, "id");
            sendError(id == null || isInvalid(id) ? null : id, sessionName(tree), e);
        }
    }

    private void enqueue(Caller caller, ClientText message) {
        String session = MessageExecutor.name(message.message());
        requireMaySend(caller, session, message.message());
        Memory.Share share = services.memory().share();
        try {
            CallContext call = CallContext.of(caller, share);
            call.reserve(message.text().length(), "the message");
            queue.add(session, new MessageTask(call, session, message));
        } catch (RuntimeException e) {
            share.close();
            throw e;
        }
    }

    /// Counts the message against the rate limits, like any other request.
    private List<RateLimiter.Verdict> count(Caller caller) {
        return caller.countCall(services.rates());
    }

    /// The bearer of a share may watch its session, and nothing else.
    private static void requireMaySend(Caller caller, String session, ClientMessage message) {
        boolean isWatch =
                message instanceof ClientMessage.Subscribe
                        || message instanceof ClientMessage.Unsubscribe;
        SharedSession share = caller.share();
        if (share != null && !(isWatch && session.equals(share.session()))) {
            throw share.notShared();
        }
    }

    private static void requireRate(List<RateLimiter.Verdict> verdicts) {
        for (RateLimiter.Verdict verdict : verdicts) {
            if (verdict.isRefusal()) {
                throw new SessionException(ErrorCode.RATE_LIMITED, verdict.reason());
            }
        }
    }

    /// Rejects long ids, because every answer repeats the id.
    private static void requireValidId(@Nullable JsonNode id) {
        if (id != null && isInvalid(id)) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "an id must be a number or a text of at most %d characters"
                            .formatted(MAX_ID_CHARS),
                    "id",
                    null);
        }
    }

    private static boolean isInvalid(JsonNode id) {
        return id.isContainer() || id.asString().length() > MAX_ID_CHARS;
    }

    private void sendError(@Nullable JsonNode id, @Nullable String session, Throwable failure) {
        connection.send(new ServerMessage.Error(id, session, Problems.of(failure)));
    }

    private static @Nullable JsonNode field(@Nullable JsonNode tree, String name) {
        return tree == null ? null : tree.get(name);
    }

    private static @Nullable String sessionName(@Nullable JsonNode tree) {
        JsonNode name = field(tree, "session");
        return name != null && name.isString() ? name.stringValue() : null;
    }

    /// Drops the queued messages and stops training, because the connection is closed.
    void close() {
        queue.close();
    }

    /// A queued message.
    private final class MessageTask implements QueuedTask {

        private final CallContext call;
        private final String session;
        private final ClientText text;
        private final ClientMessage message;
        private final CompletableFuture<Void> stop = new CompletableFuture<>();

        MessageTask(CallContext call, String session, ClientText text) {
            this.call = call;
            this.session = session;
            this.text = text;
            message = text.message();
        }

        @Override
        public Kind kind() {
            return switch (message) {
                case ClientMessage.Init _ -> Kind.INIT;
                case ClientMessage.Train _ -> Kind.TRAIN;
                case ClientMessage.Stop _ -> Kind.STOP;
                case ClientMessage.Subscribe _, ClientMessage.Unsubscribe _ -> Kind.WATCH;
                default -> Kind.OTHER;
            };
        }

        @Override
        public int chars() {
            return text.text().length();
        }

        @Override
        public CompletableFuture<?> start() {
            return execute().exceptionally(this::answerError);
        }

        private CompletableFuture<Void> execute() {
            try {
                return switch (message) {
                    case ClientMessage.Subscribe subscribe ->
                            watches.subscribe(call.caller(), session, subscribe);
                    case ClientMessage.Unsubscribe unsubscribe ->
                            watches.unsubscribe(session, unsubscribe);
                    default ->
                            services.router()
                                    .call(
                                            call.caller().sessionId(session),
                                            connection::isClosed,
                                            host -> host.execute(call, text, connection, stop));
                };
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private @Nullable Void answerError(Throwable failure) {
            connection.send(ServerMessage.Error.of(message, failure));
            return null;
        }

        @Override
        public void stop() {
            stop.complete(null);
        }

        @Override
        public void close() {
            call.memory().close();
        }
    }
}
