package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.ForkRequest;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.InitRequest;
import dev.microgpt.wire.KeyframesReply;
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

/// Declares the paths and the documentation of the calls that [SessionController] implements.
@RequestMapping(path = "/api/v1/sessions", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Sessions")
interface SessionApi {

    @PostMapping(path = "/{name}/init", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "initSession",
            summary = "Create a session",
            description =
                    "Also loads documents if the body contains a text or names a dataset. With"
                            + " If-None-Match: *, creates the session only if no session of that"
                            + " name exists.")
    @ApiResponse(responseCode = "201", description = "The new session")
    @ErrorResponses({ErrorCode.INVALID_TEXT, ErrorCode.EXISTS, ErrorCode.BUSY, ErrorCode.STALE})
    ResponseEntity<SessionReply> init(
            CallContext call,
            @PathVariable String name,
            @Parameter(
                            description = "Replace an existing session",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @RequestBody(required = false) @Nullable InitRequest body,
            HttpServletRequest request);

    @GetMapping
    @Operation(
            operationId = "listSessions",
            summary = "List sessions",
            description = "Sessions are sorted by name.")
    @ApiResponse(responseCode = "200", description = "A page of sessions")
    @ErrorResponses({ErrorCode.WRONG_TYPE, ErrorCode.OUT_OF_RANGE})
    SessionsReply list(
            CallContext call,
            @Parameter(description = "Sessions per page, from 1 to 1000")
                    @RequestParam(defaultValue = "100")
                    int limit,
            @Parameter(description = "nextCursor of the previous page")
                    @RequestParam(required = false)
                    @Nullable String cursor);

    @GetMapping("/{name}")
    @Operation(
            operationId = "getSession",
            summary = "Show a session",
            description =
                    "The ETag changes with the step, the options and the state. Send it as If-Match to change the session only if it"
                            + " is still at that version.")
    @ApiResponse(responseCode = "200", description = "The session")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    ResponseEntity<SessionReply> get(
            CallContext call, @PathVariable String name, HttpServletRequest request);

    @PatchMapping(path = "/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "steerSession",
            summary = "Steer a session",
            description = "Changes training options from the next step on, even during a run.")
    @ApiResponse(responseCode = "200", description = "The session")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY})
    SessionReply steer(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable SteerRequest body);

    @PostMapping(path = "/{name}/fork", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "forkSession",
            summary = "Fork a session",
            description =
                    "Creates an independent copy with the parameters, optimiser, random generator,"
                            + " documents and losses of the original, as they are now or were at a"
                            + " step. The copy trains exactly as the original does. The original is not"
                            + " affected.")
    @ApiResponse(responseCode = "201", description = "The new session")
    @ErrorResponses({ErrorCode.EXISTS, ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<SessionReply> fork(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable ForkRequest body,
            HttpServletRequest request);

    @GetMapping(
            path = "/{name}/history",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getHistory",
            summary = "Show the history of a session",
            description =
                    "Contains the newest 1000 events other than steps, the training options over time, and"
                            + " texts generated along the way, each oldest first.")
    @ApiResponse(responseCode = "200", description = "Events, schedule and samples")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    HistoryReply history(CallContext call, @PathVariable String name);

    @GetMapping(
            path = "/{name}/keyframes",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getKeyframes",
            summary = "List the keyframes of a session",
            description =
                    "Calls that take a step use the newest keyframe at or before it, or the current model.")
    @ApiResponse(responseCode = "200", description = "The steps, and the memory that they take")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    KeyframesReply keyframes(CallContext call, @PathVariable String name);

    /// Accepts any `Accept`, as its only response with a body is a problem: generated clients accept
    /// nothing else.
    @DeleteMapping(path = "/{name}", produces = MediaType.ALL_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "deleteSession",
            summary = "Delete a session",
            description = "Stops its training, disconnects its watchers, and deletes it.")
    @ApiResponse(responseCode = "204", description = "The session has been deleted")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_ORIGIN})
    void delete(CallContext call, @PathVariable String name);
}
