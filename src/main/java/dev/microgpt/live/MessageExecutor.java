package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Session;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.EmbeddingReply;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.InitRequest;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Carries out the messages of one connection and sends the answers. No thread waits for a session's slow
/// calls: they complete asynchronously.
final class MessageExecutor {

    private static final int MAX_LOSSES = 100_000;
    private static final int MAX_SUBSCRIPTIONS = 64;
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Connection connection;
    private final MessageHandler.Services services;
    private final Executor workers;

    MessageExecutor(Connection connection, MessageHandler.Services services) {
        this.connection = connection;
        this.services = services;
        workers = services.threads().workers();
    }

    /// Carries out a message.
    ///
    /// @param isStopped returns whether training must make no more steps
    /// @return completes when the answer is in the outbox, or exceptionally if the message failed
    CompletableFuture<Void> execute(
            CallContext call, ClientMessage message, BooleanSupplier isStopped) {
        return switch (message) {
            case ClientMessage.Train train -> train(call, train, isStopped);
            case ClientMessage.Generate generate -> generate(call, generate);
            case ClientMessage.GetEmbeddings get -> embeddings(call, get);
            case ClientMessage.Init init -> send(init(call, init));
            case ClientMessage.Stop stop ->
                    send(
                            new ServerMessage.Stopped(
                                    stop.id(),
                                    name(stop),
                                    session(call, stop).published().view().step()));
            case ClientMessage.GetLossHistory get ->
                    send(
                            new ServerMessage.LossHistory(
                                    get.id(),
                                    name(get),
                                    session(call, get).losses(call).newest(MAX_LOSSES)));
            case ClientMessage.GetConfig get ->
                    send(
                            new ServerMessage.Config(
                                    get.id(),
                                    name(get),
                                    ConfigReply.of(session(call, get).published().view())));
            case ClientMessage.Subscribe subscribe -> subscribe(call, subscribe);
            case ClientMessage.Unsubscribe unsubscribe -> {
                connection.unsubscribe(name(unsubscribe));
                yield send(
                        ServerMessage.Unsubscribed.requested(unsubscribe.id(), name(unsubscribe)));
            }
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
        return services.sessions().get(call, name(message));
    }

    private CompletableFuture<Void> send(ServerMessage answer) {
        connection.send(answer);
        return DONE;
    }

    /// Sends an answer as soon as the result for it is available.
    private <T> CompletableFuture<Void> sendLater(
            CompletableFuture<T> result, Function<T, ServerMessage> answer) {
        return result.orTimeout(services.limits().callTime().toNanos(), TimeUnit.NANOSECONDS)
                .thenAcceptAsync(value -> connection.send(answer.apply(value)), workers);
    }

    private ServerMessage init(CallContext call, ClientMessage.Init message) {
        InitRequest request =
                (message.options() == null ? InitRequest.DEFAULTS : message.options())
                        .withDocuments(message.text(), message.dataset());
        boolean overwrite = Boolean.TRUE.equals(message.overwrite());
        String name = name(message);
        call.caller().sessionId(name).requireValid(); // before its documents are looked at
        SessionView view =
                services.sessions()
                        .init(
                                call,
                                name,
                                request.options(services.limits()),
                                request.requiredCorpus(services.datasets(), services.limits()),
                                overwrite)
                        .view();
        return new ServerMessage.Ready(
                message.id(), view.name(), view.numParams(), view.vocabSize(), view.numDocs());
    }

    private CompletableFuture<Void> train(
            CallContext call, ClientMessage.Train message, BooleanSupplier isStopped) {
        int steps = message.steps() == null ? 1 : message.steps();
        InvalidInputException.requireRange("steps", steps, 1, services.limits().stepsPerCall());
        TrainTask training =
                new TrainTask(
                        new TrainTask.Environment(
                                connection,
                                workers,
                                services.memory(),
                                services.limits().callTime()),
                        call,
                        message.id(),
                        session(call, message),
                        steps,
                        isStopped);
        return training.start()
                .thenAcceptAsync(
                        step ->
                                connection.send(
                                        new ServerMessage.Trained(
                                                message.id(), name(message), step)),
                        workers);
    }

    private CompletableFuture<Void> generate(CallContext call, ClientMessage.Generate message) {
        GenerateCall generate = message.request().toCall(services.limits());
        return sendLater(
                session(call, message).queries().generateAsync(call, generate),
                samples ->
                        new ServerMessage.Generated(
                                message.id(),
                                name(message),
                                GenerateReply.of(generate, samples, null).samples()));
    }

    private CompletableFuture<Void> embeddings(
            CallContext call, ClientMessage.GetEmbeddings message) {
        return sendLater(
                session(call, message).queries().embeddingsAsync(call, null),
                embeddings ->
                        new ServerMessage.Embeddings(
                                message.id(),
                                name(message),
                                EmbeddingReply.of(embeddings.value())));
    }

    private CompletableFuture<Void> subscribe(CallContext call, ClientMessage.Subscribe message) {
        if (connection.numSubscriptions() >= MAX_SUBSCRIPTIONS) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "a connection may watch at most %d sessions".formatted(MAX_SUBSCRIPTIONS));
        }
        Session session = session(call, message);
        session.ensureInMemory(call);
        Subscription subscription =
                new Subscription(
                        services.broadcasts().of(session),
                        message.fromStep(),
                        message.viz(),
                        message.losses(),
                        message.maxHz(),
                        connection::wake);
        connection.unsubscribe(name(message));
        connection.send(
                new ServerMessage.Subscribed(message.id(), name(message), subscription.step()));
        connection.subscribe(subscription);
        return DONE;
    }
}
