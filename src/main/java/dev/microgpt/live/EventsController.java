package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.EventWriter;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/// Streams a session as Server-Sent Events, for clients without WebSocket such as curl. All streams end at
/// shutdown.
@RestController
@RequestMapping("/api/v1/sessions/{name}")
@Tag(name = "Live")
class EventsController implements SmartLifecycle {

    private final SessionService sessions;
    private final ConnectionLimit connections;
    private final LiveSettings settings;
    private final Broadcasts broadcasts;
    private final LiveThreads threads;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    EventsController(
            SessionService sessions,
            ConnectionLimit connections,
            LiveSettings settings,
            Broadcasts broadcasts,
            LiveThreads threads) {
        this.threads = threads;
        this.settings = settings;
        this.broadcasts = broadcasts;
        this.sessions = sessions;
        this.connections = connections;
    }

    @GetMapping("/events")
    @Operation(
            operationId = "watchSession",
            summary = "Watch a session",
            description =
                    "Server-Sent Events: the frames of the WebSocket, each with its last step as id."
                            + " Last-Event-ID continues after the step that it names.")
    @ApiResponse(
            responseCode = "200",
            description = "events until the session is deleted",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                            schema = @Schema(type = "string")))
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.WRONG_TYPE,
        ErrorCode.OUT_OF_RANGE,
        ErrorCode.NOT_FOUND,
        ErrorCode.BUSY
    })
    void events(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(description = "first step to send; 1 for all")
                    @RequestParam(required = false)
                    @Nullable Long fromStep,
            @Parameter(description = "last or none") @RequestParam(required = false)
                    @Nullable String viz,
            @Parameter(description = "maximum number of frames per second, up to 60")
                    @RequestParam(required = false)
                    @Nullable Double maxHz,
            @Parameter(description = "raw or buckets") @RequestParam(required = false)
                    @Nullable String losses,
            @Parameter(description = "sent by EventSource when it reconnects")
                    @RequestHeader(name = "Last-Event-ID", required = false)
                    @Nullable Long lastEventId,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Session session = sessions.get(call, name);
        session.ensureInMemory(call);
        AtomicReference<@Nullable EventStream> stream = new AtomicReference<>();
        Subscription subscription =
                new Subscription(
                        broadcasts.of(session),
                        lastEventId == null
                                ? fromStep
                                : Long.valueOf(stepAfter(lastEventId, session)),
                        viz,
                        losses,
                        maxHz,
                        () -> wake(stream.get()));
        acquireConnection(call.caller());
        EventWriter.setHeaders(response);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // streams have no time limit
        EventStream opened =
                new EventStream(
                        async,
                        settings,
                        threads,
                        () -> {
                            session.removeListener(subscription);
                            connections.release(call.caller());
                            streams.remove(stream.get());
                        });
        stream.set(opened);
        streams.add(opened);
        session.addListener(subscription);
        opened.start(subscription);
        if (!running) { // stopped before it was added
            opened.close();
        }
    }

    private static void wake(@Nullable EventStream stream) {
        if (stream != null) {
            stream.wake();
        }
    }

    /// Returns the step at which a reconnected stream continues. A session with fewer steps was reinitialized
    /// and starts at step 1.
    private static long stepAfter(long lastEventId, Session session) {
        long size = session.published().view().step();
        return lastEventId < 0 || lastEventId > size ? 1 : lastEventId + 1;
    }

    private void acquireConnection(Caller caller) {
        if (!running) {
            throw SessionException.shuttingDown();
        }
        connections.acquire(caller);
    }

    int numStreams() {
        return streams.size();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        streams.forEach(EventStream::close);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
