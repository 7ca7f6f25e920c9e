package dev.microgpt.live;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.EventWriter;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.Problems;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

/// Streams a session as Server-Sent Events, for clients without WebSocket such as curl. All streams end at
/// shutdown.
@RestController
@RequestMapping("/api/v1/sessions/{name}")
@Tag(name = "Live")
class EventsController implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(EventsController.class);

    private final SessionRouter router;
    private final ConnectionLimit connections;
    private final SharedConnections shared;
    private final LiveSettings settings;
    private final LiveThreads threads;
    private final ProblemWriter problems;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    EventsController(
            SessionRouter router,
            ConnectionLimit connections,
            SharedConnections shared,
            LiveSettings settings,
            LiveThreads threads,
            ProblemWriter problems) {
        this.router = router;
        this.connections = connections;
        this.shared = shared;
        this.settings = settings;
        this.threads = threads;
        this.problems = problems;
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
            HttpServletResponse response) {
        WatchPosition after =
                lastEventId == null
                        ? null
                        : new WatchPosition(WatchPosition.UNKNOWN_EPOCH, lastEventId);
        WatchRequest wanted = new WatchRequest(fromStep, viz, losses, maxHz, after);
        Caller caller = call.caller();
        acquireConnection(caller);
        AtomicReference<@Nullable EventStream> stream = new AtomicReference<>();
        CompletableFuture<Watch> watch =
                router.watch(caller, name, wanted, () -> wake(stream.get()));
        if (watch.state() == Future.State.FAILED) {
            connections.release(caller);
            throw watch.exceptionNow() instanceof RuntimeException e
                    ? e
                    : new IllegalStateException(watch.exceptionNow());
        }
        EventWriter.setHeaders(response);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // streams have no time limit
        // From here on, another thread may not use the response before the container asks for data:
        // this thread may still be on its way through the filters.
        var _ =
                watch.handle(
                        (opened, failure) -> {
                            if (failure == null) {
                                stream(caller, name, opened, async, stream);
                            } else {
                                connections.release(caller);
                                fail(async, response, failure);
                            }
                            return null;
                        });
    }

    /// Sends the events of a watch that has been opened.
    private void stream(
            Caller caller,
            String session,
            Watch watch,
            AsyncContext async,
            AtomicReference<@Nullable EventStream> stream) {
        Runnable closeAsEnded =
                () -> {
                    EventStream ended = stream.get();
                    if (ended != null) {
                        ended.close();
                    }
                };
        Runnable onEnd =
                () -> {
                    watch.close();
                    connections.release(caller);
                    shared.remove(caller, closeAsEnded);
                    EventStream ended = stream.get();
                    if (ended != null) {
                        streams.remove(ended);
                    }
                };
        try {
            EventStream opened = new EventStream(session, async, settings, threads, onEnd);
            stream.set(opened);
            streams.add(opened);
            shared.add(caller, closeAsEnded);
            opened.start(watch);
            if (!running) { // stopped before it was added
                opened.close();
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("A reader has disconnected", e);
            onEnd.run();
        }
    }

    private void fail(AsyncContext async, HttpServletResponse response, Throwable failure) {
        Problem problem = Problems.of(failure);
        try {
            response.getOutputStream()
                    .setWriteListener(
                            new WriteListener() {
                                @Override
                                public void onWritePossible() throws IOException {
                                    problems.write(response, problem);
                                    async.complete();
                                }

                                @Override
                                public void onError(Throwable e) {
                                    log.debug("A reader has disconnected", e);
                                }
                            });
        } catch (IOException | IllegalStateException e) {
            log.debug("A reader has disconnected", e);
        }
    }

    private static void wake(@Nullable EventStream stream) {
        if (stream != null) {
            stream.wake();
        }
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
