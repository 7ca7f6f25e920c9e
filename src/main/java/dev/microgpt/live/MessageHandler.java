package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.quota.Rates;
import dev.microgpt.session.Caller;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.GenerateCall;
import dev.microgpt.session.Limits;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionException;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.SessionView;
import dev.microgpt.session.StepCall;
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
            Rates rates) {}

    MessageHandler(Connection connection, Services services) {
        this.connection = connection;
        this.services = services;
    }

    /// Handles one message; what goes wrong is sent as an `error`.
    void handle(String text) {
        JsonNode tree = null;
        List<Rates.Verdict> verdicts = count(); // also what is no message at all
        try {
            tree = services.json().readTree(text);
            if (!tree.isObject()) {
                throw new SessionException(ErrorCode.WRONG_TYPE, "a message is an object");
            }
            requireShort(field(tree, "id"));
            requireRate(verdicts);
            handle(services.json().treeToValue(tree, ClientMessage.class));
        } catch (RuntimeException e) {
            JsonNode id = field(tree, "id");
            fail(id == null || isLong(id) ? null : id, sessionName(tree), e);
        }
    }

    /// A message is a request like any other. Whoever goes on regardless waits, as for all answers.
    private List<Rates.Verdict> count() {
        Caller caller = Caller.current();
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

    private void handle(ClientMessage message) {
        switch (message) {
            case ClientMessage.Init init -> init(init);
            case ClientMessage.Train train -> train(train);
            case ClientMessage.Stop stop -> stop(stop);
            case ClientMessage.Generate generate -> generate(generate);
            case ClientMessage.GetEmbeddings get ->
                    connection.send(
                            new ServerMessage.Embeddings(
                                    get.id(),
                                    name(get),
                                    EmbeddingReply.of(
                                            session(get).ask().embeddings(null).value())));
            case ClientMessage.GetLossHistory get ->
                    connection.send(
                            new ServerMessage.LossHistory(
                                    get.id(),
                                    name(get),
                                    session(get).losses().newest(LOSS_HISTORY)));
            case ClientMessage.GetConfig get -> {
                SessionView view = session(get).snapshot().view();
                connection.send(
                        new ServerMessage.Config(get.id(), name(get), ConfigReply.of(view)));
            }
            case ClientMessage.Subscribe subscribe -> subscribe(subscribe);
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

    private Session session(ClientMessage message) {
        return services.sessions().get(name(message));
    }

    private void init(ClientMessage.Init message) {
        InitRequest request =
                (message.options() == null ? InitRequest.DEFAULTS : message.options())
                        .withDocuments(message.text(), message.dataset());
        boolean overwrite = Boolean.TRUE.equals(message.overwrite());
        services.sessions().requireAbsent(name(message), overwrite);
        Session session =
                services.sessions()
                        .init(
                                name(message),
                                request.options(),
                                request.requiredCorpus(services.datasets(), services.limits()),
                                overwrite);
        SessionView view = session.snapshot().view();
        connection.send(
                new ServerMessage.Ready(
                        message.id(),
                        view.name(),
                        view.numParams(),
                        view.vocabSize(),
                        view.numDocs()));
    }

    private void generate(ClientMessage.Generate message) {
        GenerateCall call = message.request().toCall(services.limits());
        GenerateReply reply = GenerateReply.of(call, session(message).ask().generate(call));
        connection.send(new ServerMessage.Generated(message.id(), name(message), reply.samples()));
    }

    private void subscribe(ClientMessage.Subscribe message) {
        if (connection.numSubscriptions() >= MAX_SUBSCRIPTIONS) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "a connection may watch %d sessions at most".formatted(MAX_SUBSCRIPTIONS));
        }
        Subscription subscription =
                new Subscription(
                        services.broadcasts().of(session(message)),
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

    private void train(ClientMessage.Train message) {
        int steps = message.steps() == null ? 1 : message.steps();
        InvalidInputException.requireRange("steps", steps, 1, services.limits().stepsPerCall());
        Trainer trainer = new Trainer(message.id(), session(message), steps);
        Trainer active = trainers.putIfAbsent(name(message), trainer);
        if (active != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "this connection is training session '%s' already".formatted(name(message)));
        }
        Thread.ofVirtual().name("train-" + name(message)).start(trainer);
    }

    private void stop(ClientMessage.Stop message) {
        Session session = session(message);
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

        private final @Nullable JsonNode id;
        private final Session session;
        private final long epoch;
        private final int steps;
        private volatile boolean stopping;

        /// The `stop` messages to answer in the end; null when it is too late.
        private @Nullable List<Optional<JsonNode>> stops = new ArrayList<>();

        Trainer(@Nullable JsonNode id, Session session, int steps) {
            this.id = id;
            this.session = session;
            this.steps = steps;
            session.losses(); // refuses where there are none
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
            session.beginTraining();
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
            session.endTraining();
            connection.send(end);
            for (Optional<JsonNode> stopId : takeStops()) {
                connection.send(
                        new ServerMessage.Stopped(
                                stopId.orElse(null),
                                session.name(),
                                session.snapshot().view().step()));
            }
        }

        private void trainUntilStopped() {
            boolean open = true;
            for (int i = 0; i < steps && open && !stopping; i++) {
                StepReply result = StepReply.of(session.step(ONE_STEP, epoch).last());
                open = connection.send(new ServerMessage.Step(id, session.name(), result));
            }
        }
    }
}
