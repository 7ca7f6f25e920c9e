package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.quota.Rates;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
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
import dev.microgpt.wire.Problems;
import dev.microgpt.wire.StepReply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/// Does what the messages of one connection ask for, one after the other; only training goes on beside
/// them, so that it can be stopped.
final class MessageHandler {

    private static final int LOSS_HISTORY = 100_000;
    private static final int MAX_SUBSCRIPTIONS = 64;
    private static final int LONGEST_ID = 200;

    private final Connection connection;
    private final Services services;
    private final Map<String, Trainer> trainers = new ConcurrentHashMap<>();

    /// What handlers share.
    record Services(
            SessionService sessions,
            Datasets datasets,
            Limits limits,
            JsonMapper json,
            Broadcasts broadcasts,
            Rates rates,
            Memory memory) {}

    MessageHandler(Connection connection, Services services) {
        this.connection = connection;
        this.services = services;
    }

    /// Handles one message; what goes wrong is sent as an `error`.
    void handle(CallContext call, String text) {
        JsonNode tree = null;
        List<Rates.Verdict> verdicts = count(call.caller()); // also what is no message at all
        try {
            tree = services.json().readTree(text);
            if (!tree.isObject()) {
                throw new SessionException(ErrorCode.WRONG_TYPE, "a message is an object");
            }
            requireShort(field(tree, "id"));
            requireRate(verdicts);
            handle(call, services.json().treeToValue(tree, ClientMessage.class));
        } catch (RuntimeException e) {
            JsonNode id = field(tree, "id");
            fail(id == null || isLong(id) ? null : id, sessionName(tree), e);
        }
    }

    /// A message is a request like any other. Whoever goes on regardless waits, as for all answers.
    private List<Rates.Verdict> count(Caller caller) {
        return services.rates().count(caller.owner(), caller.hasKey());
    }

    private static void requireRate(List<Rates.Verdict> verdicts) {
        for (Rates.Verdict verdict : verdicts) {
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

    private void fail(@Nullable JsonNode id, @Nullable String session, Exception failure) {
        connection.send(new ServerMessage.Error(id, session, Problems.of(failure)));
    }

    private static @Nullable JsonNode field(@Nullable JsonNode tree, String name) {
        return tree == null ? null : tree.get(name);
    }

    private static @Nullable String sessionName(@Nullable JsonNode tree) {
        JsonNode name = field(tree, "session");
        return name != null && name.isString() ? name.stringValue() : null;
    }

    private void handle(CallContext call, ClientMessage message) {
        switch (message) {
            case ClientMessage.Init init -> init(call, init);
            case ClientMessage.Train train -> train(call, train);
            case ClientMessage.Stop stop -> stop(call, stop);
            case ClientMessage.Generate generate -> generate(call, generate);
            case ClientMessage.GetEmbeddings get ->
                    connection.send(
                            new ServerMessage.Embeddings(
                                    get.id(),
                                    name(get),
                                    EmbeddingReply.of(
                                            session(call, get)
                                                    .queries()
                                                    .embeddings(call, null)
                                                    .value())));
            case ClientMessage.GetLossHistory get ->
                    connection.send(
                            new ServerMessage.LossHistory(
                                    get.id(),
                                    name(get),
                                    session(call, get).losses(call).newest(LOSS_HISTORY)));
            case ClientMessage.GetConfig get -> {
                SessionView view = session(call, get).snapshot().view();
                connection.send(
                        new ServerMessage.Config(get.id(), name(get), ConfigReply.of(view)));
            }
            case ClientMessage.Subscribe subscribe -> subscribe(call, subscribe);
            case ClientMessage.Unsubscribe unsubscribe -> {
                connection.unsubscribe(name(unsubscribe));
                connection.send(
                        new ServerMessage.Unsubscribed(unsubscribe.id(), name(unsubscribe)));
            }
        }
    }

    private static String name(ClientMessage message) {
        if (message.session() == null) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME, "the message names no session", "session", null);
        }
        return message.session();
    }

    private Session session(CallContext call, ClientMessage message) {
        return services.sessions().get(call, name(message));
    }

    private void init(CallContext call, ClientMessage.Init message) {
        InitRequest request =
                (message.options() == null ? InitRequest.DEFAULTS : message.options())
                        .withDocuments(message.text(), message.dataset());
        boolean overwrite = Boolean.TRUE.equals(message.overwrite());
        services.sessions().requireAbsent(call, name(message), overwrite);
        SessionView view =
                services.sessions()
                        .init(
                                call,
                                name(message),
                                request.options(),
                                request.requiredCorpus(services.datasets(), services.limits()),
                                overwrite)
                        .view();
        connection.send(
                new ServerMessage.Ready(
                        message.id(),
                        view.name(),
                        view.numParams(),
                        view.vocabSize(),
                        view.numDocs()));
    }

    private void generate(CallContext call, ClientMessage.Generate message) {
        GenerateCall wanted = message.request().toCall(services.limits());
        GenerateReply reply =
                GenerateReply.of(wanted, session(call, message).queries().generate(call, wanted));
        connection.send(new ServerMessage.Generated(message.id(), name(message), reply.samples()));
    }

    private void subscribe(CallContext call, ClientMessage.Subscribe message) {
        if (connection.numSubscriptions() >= MAX_SUBSCRIPTIONS) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "a connection may watch %d sessions at most".formatted(MAX_SUBSCRIPTIONS));
        }
        Session session = session(call, message);
        session.wake(call);
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
    }

    private void train(CallContext call, ClientMessage.Train message) {
        int steps = message.steps() == null ? 1 : message.steps();
        InvalidInputException.requireRange("steps", steps, 1, services.limits().stepsPerCall());
        Trainer trainer = new Trainer(call, message.id(), session(call, message), steps);
        Trainer active = trainers.putIfAbsent(name(message), trainer);
        if (active != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "this connection is training session '%s' already".formatted(name(message)));
        }
        Thread.ofVirtual().name("train-" + name(message)).start(trainer);
    }

    private void stop(CallContext call, ClientMessage.Stop message) {
        Session session = session(call, message);
        Trainer trainer = trainers.get(name(message));
        if (trainer == null || !trainer.stop(message.id())) {
            long step = session.snapshot().view().step();
            connection.send(new ServerMessage.Stopped(message.id(), name(message), step));
        }
    }

    /// The connection is closed: training for it ends.
    void close() {
        trainers.values().forEach(Trainer::abandon);
    }

    /// Trains for one `train` message, at the pace at which its sender reads the results. It lives no
    /// longer than its connection.
    private final class Trainer implements Runnable {

        private static final StepCall ONE_STEP = new StepCall(1, StepCall.Viz.LAST);

        private final CallContext call;
        private final @Nullable JsonNode id;
        private final Session session;
        private final long epoch;
        private final int steps;
        private volatile boolean stopping;

        /// The `stop` messages to answer in the end; null when it is too late.
        private @Nullable List<Optional<JsonNode>> stops = new ArrayList<>();

        Trainer(CallContext call, @Nullable JsonNode id, Session session, int steps) {
            this.call = CallContext.of(call.caller(), services.memory().share());
            this.id = id;
            this.session = session;
            this.steps = steps;
            session.losses(call); // refuses where there are none
            epoch = session.snapshot().epoch();
        }

        /// @return false if it has ended already
        synchronized boolean stop(@Nullable JsonNode stopId) {
            stopping = true;
            return stops != null && stops.add(Optional.ofNullable(stopId));
        }

        void abandon() {
            stopping = true;
        }

        private synchronized List<Optional<JsonNode>> takeStops() {
            List<Optional<JsonNode>> taken = stops == null ? List.of() : stops;
            stops = null;
            return taken;
        }

        /// Answers only when the session is ready for the next call.
        @Override
        public void run() {
            var _ = session.announceTraining(call, true);
            ServerMessage end;
            try {
                trainUntilStopped();
                end =
                        new ServerMessage.Trained(
                                id, session.name(), session.snapshot().view().step());
            } catch (RuntimeException e) {
                end = new ServerMessage.Error(id, session.name(), Problems.of(e));
            }
            trainers.remove(session.name(), this);
            session.announceTraining(call, false).join();
            connection.send(end);
            for (Optional<JsonNode> stopId : takeStops()) {
                connection.send(
                        new ServerMessage.Stopped(
                                stopId.orElse(null),
                                session.name(),
                                session.snapshot().view().step()));
            }
        }

        private StepOutcome step() {
            try {
                return session.stepAsync(call, ONE_STEP, epoch).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }

        private void trainUntilStopped() {
            boolean open = true;
            for (int i = 0; i < steps && open && !stopping; i++) {
                StepReply result = StepReply.of(step().last());
                open = connection.send(new ServerMessage.Step(id, session.name(), result));
            }
        }
    }
}
