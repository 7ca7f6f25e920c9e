package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.CallTimeout;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.EmbeddingReply;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.InitRequest;
import dev.microgpt.wire.LoadRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

import tools.jackson.databind.json.JsonMapper;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Carries out messages about sessions of this process, and answers them. No thread waits for a session's slow
/// calls: they complete asynchronously.
@Component
final class MessageExecutor {

    private static final int MAX_LOSSES = 100_000;

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;
    private final JsonMapper json;
    private final Memory memory;
    private final Executor workers;

    MessageExecutor(
            SessionService sessions,
            Datasets datasets,
            Limits limits,
            JsonMapper json,
            Memory memory,
            LiveThreads threads) {
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
        this.json = json;
        this.memory = memory;
        workers = threads.workers();
    }

    /// Carries out a message, and answers with an error if it fails.
    ///
    /// @param stop completed when training is to make no more steps
    /// @return completes after the last answer; exceptionally if the session is moving and nothing was executed
    CompletableFuture<Void> execute(
            CallContext call,
            ClientMessage message,
            Answers answers,
            CompletableFuture<Void> stop) {
        return start(call, message, answers, stop)
                .handle(
                        (_, failure) -> {
                            if (failure != null) {
                                answerUnlessMoving(message, answers, failure);
                            }
                            return null;
                        });
    }

    private void answerUnlessMoving(ClientMessage message, Answers answers, Throwable failure) {
        Throwable cause = SessionRouter.cause(failure);
        if (SessionRouter.isMoving(cause)) {
            throw (SessionException) cause;
        }
        if (cause instanceof TimeoutException) {
            cause =
                    message instanceof ClientMessage.Train
                            ? CallTimeout.stepsKept(limits.callTime())
                            : CallTimeout.busy(limits.callTime());
        }
        send(answers, ServerMessage.Error.of(message, cause));
    }

    private CompletableFuture<Void> start(
            CallContext call,
            ClientMessage message,
            Answers answers,
            CompletableFuture<Void> stop) {
        try {
            return switch (message) {
                case ClientMessage.Train train -> train(call, train, answers, stop);
                case ClientMessage.Generate generate -> generate(call, generate, answers);
                case ClientMessage.GetEmbeddings get -> embeddings(call, get, answers);
                default -> {
                    send(answers, reply(call, message));
                    yield CompletableFuture.completedFuture(null);
                }
            };
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Carries out a message that needs no waiting.
    private ServerMessage reply(CallContext call, ClientMessage message) {
        return switch (message) {
            case ClientMessage.Init init -> init(call, init);
            case ClientMessage.Stop stop ->
                    new ServerMessage.Stopped(
                            stop.id(), name(stop), session(call, stop).published().view().step());
            case ClientMessage.GetLossHistory get ->
                    new ServerMessage.LossHistory(
                            get.id(),
                            name(get),
                            session(call, get).losses(call).newest(MAX_LOSSES));
            case ClientMessage.GetConfig get ->
                    new ServerMessage.Config(
                            get.id(),
                            name(get),
                            ConfigReply.of(session(call, get).published().view()));
            default -> throw new IllegalArgumentException("not for a session: " + message);
        };
    }

    /// Returns the session that a message names.
    ///
    /// @throws SessionException `invalid_name` if it names none
    static String name(ClientMessage message) {
        if (message.session() == null) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME, "the message must have a 'session'", "session", null);
        }
        return message.session();
    }

    private Session session(CallContext call, ClientMessage message) {
        return sessions.get(call, name(message));
    }

    private void send(Answers answers, ServerMessage answer) {
        answers.send(json.writeValueAsString(answer));
    }

    /// Sends an answer as soon as the result for it is available.
    private <T> CompletableFuture<Void> sendLater(
            CompletableFuture<T> result, Answers answers, Function<T, ServerMessage> answer) {
        return result.orTimeout(limits.callTime().toNanos(), TimeUnit.NANOSECONDS)
                .thenAcceptAsync(value -> send(answers, answer.apply(value)), workers);
    }

    private ServerMessage init(CallContext call, ClientMessage.Init message) {
        InitRequest given = message.options();
        ModelOptions options = given == null ? ModelOptions.defaults() : given.options(limits);
        LoadRequest documents =
                new LoadRequest(
                        firstOf(message.text(), given == null ? null : given.text()),
                        firstOf(message.dataset(), given == null ? null : given.dataset()));
        boolean overwrite = Boolean.TRUE.equals(message.overwrite());
        String name = name(message);
        call.caller().sessionId(name).requireValid(); // before its documents are looked at
        SessionView view =
                sessions.init(call, name, options, documents.corpus(datasets, limits), overwrite)
                        .view();
        return new ServerMessage.Ready(
                message.id(), view.name(), view.numParams(), view.vocabSize(), view.numDocs());
    }

    private static @Nullable String firstOf(@Nullable String one, @Nullable String other) {
        return one == null ? other : one;
    }

    private CompletableFuture<Void> train(
            CallContext call,
            ClientMessage.Train message,
            Answers answers,
            CompletableFuture<Void> stop) {
        int steps = message.steps() == null ? 1 : message.steps();
        InvalidInputException.requireRange("steps", steps, 1, limits.stepsPerCall());
        TrainTask training =
                new TrainTask(
                        new TrainTask.Environment(
                                answers, json, workers, memory, limits.callTime()),
                        call,
                        message.id(),
                        session(call, message),
                        steps,
                        stop::isDone);
        return training.start()
                .thenAcceptAsync(
                        step ->
                                send(
                                        answers,
                                        new ServerMessage.Trained(
                                                message.id(), name(message), step)),
                        workers);
    }

    private CompletableFuture<Void> generate(
            CallContext call, ClientMessage.Generate message, Answers answers) {
        GenerateCall generate = message.request().toCall(limits);
        return sendLater(
                session(call, message).queries().texts().generateAsync(call, generate),
                answers,
                samples ->
                        new ServerMessage.Generated(
                                message.id(),
                                name(message),
                                GenerateReply.of(generate, samples).samples()));
    }

    private CompletableFuture<Void> embeddings(
            CallContext call, ClientMessage.GetEmbeddings message, Answers answers) {
        return sendLater(
                session(call, message).queries().embeddingsAsync(call, null),
                answers,
                embeddings ->
                        new ServerMessage.Embeddings(
                                message.id(),
                                name(message),
                                EmbeddingReply.of(embeddings.value())));
    }
}
