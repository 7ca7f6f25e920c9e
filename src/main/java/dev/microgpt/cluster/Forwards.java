package dev.microgpt.cluster;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.wire.ProblemWriter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.context.SmartLifecycle;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// The calls that this node forwards to others. When it stops, it ends the streams of events, which would not end by
/// themselves, and lets calls wait no longer for an owner.
final class Forwards implements SmartLifecycle {

    /// Bodies of at most this size are read before they are sent on, and kept until the response.
    private static final int SMALL_BODY_BYTES = 1 << 16;

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    /// Of the histogram.
    private static final Duration[] BOUNDS =
            IntStream.of(1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final Locations locations;
    private final NodeClient nodes;
    private final ProblemWriter problems;
    private final JsonMapper json;
    private final Duration patience;
    private final Map<Outcome, Timer> timers = new EnumMap<>(Outcome.class);
    private final Set<ClientCall> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean isRunning;

    Forwards(
            ClusterSettings settings,
            Locations locations,
            NodeClient nodes,
            ProblemWriter problems,
            JsonMapper json,
            MeterRegistry meters) {
        this.locations = locations;
        this.nodes = nodes;
        this.problems = problems;
        this.json = json;
        patience = settings.ownerTimeout();
        for (Outcome outcome : Outcome.values()) {
            timers.put(
                    outcome,
                    Timer.builder("microgpt.cluster.forwards")
                            .description(
                                    "Calls that were forwarded to the nodes that own their sessions")
                            .tag("outcome", outcome.tag())
                            .serviceLevelObjectives(BOUNDS)
                            .register(meters));
        }
    }

    /// Forwards a call to the owner of its session.
    void forward(SessionId session, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ClientCall client = begin(request, response);
        if (hasSmallBody(request)) {
            SmallBody body = new SmallBody();
            Forward forward = forward(client, session, body);
            if (request.getContentLengthLong() > 0) {
                body.read(request, forward::run);
            } else {
                forward.run();
            }
        } else {
            forward(client, session, new StreamedBody(request)).run();
        }
    }

    /// Forwards a call whose body has been read.
    void forward(
            SessionId session,
            HttpServletRequest request,
            HttpServletResponse response,
            byte[] body) {
        forward(begin(request, response), session, SmallBody.of(body)).run();
    }

    /// Returns whether the body of a request is kept until the response.
    static boolean hasSmallBody(HttpServletRequest request) {
        boolean isChunked = request.getHeader("Transfer-Encoding") != null;
        return !isChunked && request.getContentLengthLong() <= SMALL_BODY_BYTES;
    }

    private Forward forward(ClientCall client, SessionId session, CallBody body) {
        return new Forward(client, session, body, locations, nodes, patience);
    }

    /// Responds with the sessions of all nodes.
    void list(HttpServletRequest request, HttpServletResponse response) {
        new SessionListCall(begin(request, response), locations, nodes, json, patience).run();
    }

    private ClientCall begin(HttpServletRequest request, HttpServletResponse response) {
        long start = System.nanoTime();
        ClientCall call =
                new ClientCall(
                        request,
                        response,
                        problems,
                        (ended, outcome) -> {
                            calls.remove(ended);
                            timer(outcome).record(Duration.ofNanos(System.nanoTime() - start));
                        });
        calls.add(call);
        if (!isRunning) { // stopped before it was added
            call.stop();
        }
        return call;
    }

    private Timer timer(Outcome outcome) {
        return Objects.requireNonNull(timers.get(outcome));
    }

    @Override
    public void start() {
        isRunning = true;
        checkAll();
    }

    /// Checks all calls. A connection to a node that hangs, or whose network is cut, stays open.
    private void checkAll() {
        if (isRunning) {
            calls.forEach(ClientCall::check);
            nodes.schedule(this::checkAll, CHECK_INTERVAL);
        }
    }

    @Override
    public void stop() {
        isRunning = false;
        calls.forEach(ClientCall::stop);
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }
}
