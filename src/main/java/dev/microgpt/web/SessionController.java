package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.Limits;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.SessionView;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

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

    SessionController(SessionService sessions, Datasets datasets, Limits limits) {
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @PostMapping(path = "/{name}/init", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Make a session",
            description = "With a text or a dataset in the body, it is loaded at once.")
    @ApiResponse(responseCode = "201", description = "the new session")
    @Fails({ErrorCode.INVALID_TEXT, ErrorCode.EXISTS, ErrorCode.BUSY})
    ResponseEntity<SessionView> init(
            @Parameter(description = "1 to 63 of a-z, 0-9, -", example = "demo") @PathVariable
                    String name,
            @Parameter(
                            description = "start an existing session anew",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @RequestBody(required = false) @Nullable InitRequest body) {
        boolean mayOverwrite = Queries.isTrue("overwrite", overwrite);
        InitRequest request = body == null ? InitRequest.DEFAULTS : body;
        sessions.requireAbsent(name, mayOverwrite);
        ModelOptions options = request.options();
        Session session =
                sessions.init(name, options, request.corpus(datasets, limits), mayOverwrite);
        return ResponseEntity.created(URI.create("/api/v1/sessions/" + name))
                .body(session.snapshot().view());
    }

    @GetMapping
    @Operation(summary = "List sessions", description = "In the order of their names.")
    @ApiResponse(responseCode = "200", description = "a page of sessions")
    @Fails({ErrorCode.WRONG_TYPE, ErrorCode.OUT_OF_RANGE})
    SessionsReply list(
            @Parameter(description = "sessions on a page, 1 to 1000")
                    @RequestParam(defaultValue = "100")
                    int limit,
            @Parameter(description = "nextCursor of the page before")
                    @RequestParam(required = false)
                    @Nullable String cursor) {
        InvalidInputException.requireRange("limit", limit, 1, LARGEST_PAGE);
        return SessionsReply.of(sessions.list(cursor, limit + 1), limit);
    }

    @GetMapping("/{name}")
    @Operation(summary = "Show a session")
    @ApiResponse(responseCode = "200", description = "the session")
    @Fails({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    SessionView get(@Parameter(example = "demo") @PathVariable String name) {
        return sessions.get(name).snapshot().view();
    }

    @PatchMapping(path = "/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Steer a session",
            description = "From the next step on, also while a run goes on.")
    @ApiResponse(responseCode = "200", description = "the session")
    @Fails({ErrorCode.NOT_LOADED, ErrorCode.BUSY})
    SessionView steer(
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody SteerRequest body) {
        return sessions.get(name).steer(body.toSteering());
    }

    @PostMapping(path = "/{name}/fork", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Make a copy that goes its own way",
            description =
                    "With the same parameters, optimiser, generator, documents and losses; it trains as"
                            + " the original would. The original is not disturbed.")
    @ApiResponse(responseCode = "201", description = "the new session")
    @Fails({ErrorCode.EXISTS, ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<SessionView> fork(
            @Parameter(example = "demo") @PathVariable String name, @RequestBody ForkRequest body) {
        Session fork = sessions.fork(name, body.requiredName());
        return ResponseEntity.created(URI.create("/api/v1/sessions/" + fork.name()))
                .body(fork.snapshot().view());
    }

    @GetMapping("/{name}/history")
    @Operation(
            summary = "What happened to a session beside its steps",
            description = "The newest 1000 events, oldest first.")
    @ApiResponse(responseCode = "200", description = "the events")
    @Fails({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    HistoryReply history(@Parameter(example = "demo") @PathVariable String name) {
        return new HistoryReply(sessions.get(name).events());
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Delete a session")
    @ApiResponse(responseCode = "204", description = "it is gone")
    @Fails({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_ORIGIN})
    void delete(@Parameter(example = "demo") @PathVariable String name) {
        sessions.delete(name);
    }
}
