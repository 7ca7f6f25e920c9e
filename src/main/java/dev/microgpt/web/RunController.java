package dev.microgpt.web;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunView;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.RunReply;
import dev.microgpt.wire.RunRequest;
import dev.microgpt.wire.RunsReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import java.net.URI;
import java.util.function.Function;

/// Trains in the background.
@RestController
@RequestMapping(path = "/api/v1/sessions/{name}/runs", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Runs")
class RunController {

    private final SessionService sessions;
    private final Limits limits;
    private final IdempotentReplies replies;

    RunController(SessionService sessions, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.limits = limits;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "startRun",
            summary = "Train in the background",
            description =
                    "Goes on whether or not anybody watches. A session has one run at a time.")
    @ApiResponse(responseCode = "202", description = "the run")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<RunReply> start(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @RequestBody RunRequest request,
            HttpServletRequest http) {
        Session session = sessions.get(call, name);
        RunCall wanted = request.toCall(limits);
        URI location = RequestPath.ofSession(http, name);
        return replies.reply(
                call,
                c -> session.startRun(c, wanted),
                run ->
                        ResponseEntity.accepted()
                                .location(URI.create(location + "/runs/" + run.id()))
                                .body(RunReply.of(run)));
    }

    @GetMapping
    @Operation(
            operationId = "listRuns",
            summary = "List the runs of a session",
            description = "The newest 100, oldest first.")
    @ApiResponse(responseCode = "200", description = "the runs")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    RunsReply list(CallContext call, @Parameter(example = "demo") @PathVariable String name) {
        return RunsReply.of(sessions.get(call, name).runs(call));
    }

    @GetMapping("/{id}")
    @Operation(
            operationId = "getRun",
            description = "With how far it has come, also after its end.",
            summary = "Show a run")
    @ApiResponse(responseCode = "200", description = "the run")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.WRONG_TYPE, ErrorCode.NOT_FOUND})
    RunReply show(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "1") @PathVariable long id) {
        return RunReply.of(sessions.get(call, name).run(call, id));
    }

    @PostMapping("/{id}/pause")
    @Operation(
            operationId = "pauseRun",
            summary = "Pause a run",
            description = "Changes nothing on a run that is paused or has ended.")
    @ApiResponse(responseCode = "200", description = "the run")
    @ErrorResponses(ErrorCode.BUSY)
    ResponseEntity<RunReply> pause(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "1") @PathVariable long id) {
        return change(call, c -> sessions.get(c, name).pauseRun(c, id));
    }

    @PostMapping("/{id}/resume")
    @Operation(
            operationId = "resumeRun",
            summary = "Let a paused run go on",
            description = "Changes nothing on a run that is not paused.")
    @ApiResponse(responseCode = "200", description = "the run")
    @ErrorResponses({ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<RunReply> resume(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "1") @PathVariable long id) {
        return change(call, c -> sessions.get(c, name).resumeRun(c, id));
    }

    @PostMapping("/{id}/cancel")
    @Operation(
            operationId = "cancelRun",
            summary = "End a run",
            description = "Changes nothing on a run that has ended.")
    @ApiResponse(responseCode = "200", description = "the run")
    @ErrorResponses(ErrorCode.BUSY)
    ResponseEntity<RunReply> cancel(
            CallContext call,
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(example = "1") @PathVariable long id) {
        return change(call, c -> sessions.get(c, name).cancelRun(c, id));
    }

    private ResponseEntity<RunReply> change(
            CallContext call, Function<CallContext, RunView> change) {
        return replies.reply(call, change, run -> ResponseEntity.ok(RunReply.of(run)));
    }
}
