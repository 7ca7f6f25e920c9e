package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.ForkRequest;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.InitRequest;
import dev.microgpt.wire.KeyframesReply;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.SessionsReply;
import dev.microgpt.wire.SteerRequest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import java.net.URI;

/// Makes, lists, shows and deletes sessions.
@RestController
@RequestMapping(path = "/api/v1/sessions", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Sessions")
class SessionController {

    private static final int LARGEST_PAGE = 1000;

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;
    private final IdempotentReplies replies;

    SessionController(
            SessionService sessions, Datasets datasets, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @PostMapping(path = "/{name}/init", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "initSession",
            summary = "Make a session",
            description =
                    "With a text or a dataset in the body, it is loaded at once. With If-None-Match: * only"
                            + " if there is none yet.")
    @ApiResponse(responseCode = "201", description = "the new session")
    @ErrorResponses({ErrorCode.INVALID_TEXT, ErrorCode.EXISTS, ErrorCode.BUSY, ErrorCode.STALE})
    ResponseEntity<SessionReply> init(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(
                            description = "start an existing session anew",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @RequestBody(required = false) @Nullable InitRequest body,
            HttpServletRequest http) {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        InitRequest request = body == null ? InitRequest.DEFAULTS : body;
        IfNoneMatch condition = IfNoneMatch.of(http);
        URI location = RequestPath.ofSession(http, name);
        return condition.create(
                mayOverwrite,
                overwriting -> {
                    sessions.requireAbsent(call, name, overwriting);
                    ModelOptions options = request.options();
                    Corpus corpus = request.corpus(datasets, limits);
                    return replies.reply(
                            call,
                            c -> sessions.init(c, name, options, corpus, overwriting),
                            session ->
                                    ResponseEntity.created(location)
                                            .body(SessionReply.of(session.view())));
                });
    }

    @GetMapping
    @Operation(
            operationId = "listSessions",
            summary = "List sessions",
            description = "In the order of their names.")
    @ApiResponse(responseCode = "200", description = "a page of sessions")
    @ErrorResponses({ErrorCode.WRONG_TYPE, ErrorCode.OUT_OF_RANGE})
    SessionsReply list(
            CallContext call,
            @Parameter(description = "sessions on a page, 1 to 1000")
                    @RequestParam(defaultValue = "100")
                    int limit,
            @Parameter(description = "nextCursor of the page before")
                    @RequestParam(required = false)
                    @Nullable String cursor) {
        InvalidInputException.requireRange("limit", limit, 1, LARGEST_PAGE);
        return SessionsReply.of(sessions.list(call, cursor, limit + 1), limit);
    }

    @GetMapping("/{name}")
    @Operation(
            operationId = "getSession",
            summary = "Show a session",
            description =
                    "The ETag is another one after each step. Calls with it as If-Match change the session"
                            + " only if it is still like that.")
    @ApiResponse(responseCode = "200", description = "the session")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    ResponseEntity<SessionReply> get(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            HttpServletRequest http) {
        PublishedState now = sessions.get(call, name).published();
        String tag = '"' + now.version() + '"';
        return IfNoneMatch.of(http).matches(tag)
                ? ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag(tag).build()
                : ResponseEntity.ok().eTag(tag).body(SessionReply.of(now.view()));
    }

    @PatchMapping(path = "/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "steerSession",
            summary = "Steer a session",
            description = "From the next step on, also while a run goes on.")
    @ApiResponse(responseCode = "200", description = "the session")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY})
    SessionReply steer(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody SteerRequest body) {
        return SessionReply.of(sessions.get(call, name).steer(call, body.toSteering()).view());
    }

    @PostMapping(path = "/{name}/fork", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "forkSession",
            summary = "Make a copy that goes its own way",
            description =
                    "With the same parameters, optimiser, generator, documents and losses as the original"
                            + " has, or had at a step; it trains as the original did. The original is"
                            + " not disturbed.")
    @ApiResponse(responseCode = "201", description = "the new session")
    @ErrorResponses({ErrorCode.EXISTS, ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<SessionReply> fork(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody ForkRequest body,
            HttpServletRequest http) {
        String newName = body.requiredName();
        URI location = RequestPath.ofSession(http, newName);
        return replies.reply(
                call,
                c -> sessions.fork(c, name, newName, body.step()),
                fork -> ResponseEntity.created(location).body(SessionReply.of(fork.view())));
    }

    @GetMapping("/{name}/history")
    @Operation(
            operationId = "getHistory",
            summary = "What happened to a session beside its steps",
            description =
                    "The newest 1000 events, the options of training as they were steered, and texts from"
                            + " along the way, each oldest first.")
    @ApiResponse(responseCode = "200", description = "events, schedule, samples")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    HistoryReply history(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return HistoryReply.of(sessions.get(call, name).history(call));
    }

    @GetMapping("/{name}/keyframes")
    @Operation(
            operationId = "getKeyframes",
            summary = "The steps that a session can be asked about",
            description =
                    "Calls that take a step are answered by the newest of these up to it, or by the present"
                            + " step.")
    @ApiResponse(responseCode = "200", description = "the steps, and the memory that they take")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    KeyframesReply keyframes(
            CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return KeyframesReply.of(sessions.get(call, name).keyframes(call));
    }

    /// For any `Accept`: there is nothing to accept but a problem, which is all that generated clients do.
    @DeleteMapping(path = "/{name}", produces = MediaType.ALL_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "deleteSession",
            description = "Ends its training and its watchers, and forgets it.",
            summary = "Delete a session")
    @ApiResponse(responseCode = "204", description = "it is gone")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_ORIGIN})
    void delete(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        sessions.delete(call, name);
    }
}
