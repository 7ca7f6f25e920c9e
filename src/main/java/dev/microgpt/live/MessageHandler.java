package dev.microgpt.live;

import dev.microgpt.quota.RateLimiter;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.Problems;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/// Reads the messages of one connection, and has each done when its turn comes. What goes wrong is sent
/// as an `error`.
final class MessageHandler {

    private static final int LONGEST_ID = 200;

    private final Connection connection;
    private final Services services;
    private final MessageQueue queue;
    private final MessageExecutor replier;

    /// What handlers share.
    record Services(
            SessionService sessions,
            Datasets datasets,
            Limits limits,
            JsonMapper json,
            Broadcasts broadcasts,
            RateLimiter rates,
            LiveThreads threads,
            Memory memory) {}

    MessageHandler(Connection connection, Services services) {
        this.connection = connection;
        this.services = services;
        queue = new MessageQueue(connection, services.threads().workers());
        replier = new MessageExecutor(connection, services);
    }

    /// Takes one message. Does not wait for what it asks for.
    void handle(Caller caller, String text) {
        JsonNode tree = null;
        List<RateLimiter.Verdict> verdicts = count(caller); // also what is no message at all
        try {
            tree = services.json().readTree(text);
            if (!tree.isObject()) {
                throw new SessionException(ErrorCode.WRONG_TYPE, "a message is an object");
            }
            requireShort(field(tree, "id"));
            requireRate(verdicts);
            enqueue(caller, services.json().treeToValue(tree, ClientMessage.class), text.length());
        } catch (RuntimeException e) {
            JsonNode id = field(tree, "id");
            fail(id == null || isLong(id) ? null : id, sessionName(tree), e);
        }
    }

    private void enqueue(Caller caller, ClientMessage message, int chars) {
        String session = MessageExecutor.name(message);
        Memory.Share share = services.memory().share();
        try {
            CallContext call = CallContext.of(caller, share);
            call.reserve(chars, "the message");
            queue.add(session, new MessageTask(call, message, chars));
        } catch (RuntimeException e) {
            share.close();
            throw e;
        }
    }

    /// A message is a request like any other.
    private List<RateLimiter.Verdict> count(Caller caller) {
        return services.rates().count(caller.owner(), caller.hasKey());
    }

    private static void requireRate(List<RateLimiter.Verdict> verdicts) {
        for (RateLimiter.Verdict verdict : verdicts) {
            if (verdict.isRefusal()) {
                throw new SessionException(ErrorCode.RATE_LIMITED, verdict.reason());
            }
        }
    }

    /// An id comes back with every answer, so that a long one would be multiplied.
    private static void requireShort(@Nullable JsonNode id) {
        if (id != null && isLong(id)) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "an id is a number or a text of at most %d characters".formatted(LONGEST_ID),
                    "id",
                    null);
        }
    }

    private static boolean isLong(JsonNode id) {
        return id.isContainer() || id.asString().length() > LONGEST_ID;
    }

    private void fail(@Nullable JsonNode id, @Nullable String session, Throwable failure) {
        connection.send(new ServerMessage.Error(id, session, Problems.of(failure)));
    }

    private static @Nullable JsonNode field(@Nullable JsonNode tree, String name) {
        return tree == null ? null : tree.get(name);
    }

    private static @Nullable String sessionName(@Nullable JsonNode tree) {
        JsonNode name = field(tree, "session");
        return name != null && name.isString() ? name.stringValue() : null;
    }

    /// The connection is closed: what waits is dropped, and training for it ends.
    void close() {
        queue.close();
    }

    /// A message in the queue.
    private final class MessageTask implements QueuedTask {

        private final CallContext call;
        private final ClientMessage message;
        private final int chars;
        private volatile boolean stopped;

        MessageTask(CallContext call, ClientMessage message, int chars) {
            this.call = call;
            this.message = message;
            this.chars = chars;
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
            return chars;
        }

        @Override
        public CompletableFuture<?> start() {
            try {
                return replier.reply(call, message, () -> stopped).exceptionally(this::tell);
            } catch (RuntimeException e) {
                tell(e);
                return CompletableFuture.completedFuture(null);
            }
        }

        private @Nullable Void tell(Throwable failure) {
            Throwable cause = failure;
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof TimeoutException) {
                cause =
                        new SessionException(
                                ErrorCode.BUSY,
                                "the call was cut off after " + services.limits().callTime());
            }
            fail(message.id(), message.session(), cause);
            return null;
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public void close() {
            call.memory().close();
        }
    }
}
