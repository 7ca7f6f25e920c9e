package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.RunReply;
import dev.microgpt.wire.RunRequest;
import dev.microgpt.wire.RunsReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/// Declares the paths and the documentation of the calls that [RunController] implements.
@RequestMapping(path = "/api/v1/sessions/{name}/runs", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Runs")
interface RunApi {

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "startRun",
            summary = "Start a run",
            description =
                    "Trains in the background, whether or not anyone watches. A session has at most one"
                            + " active run.")
    @ApiResponse(responseCode = "202", description = "The run")
    @ErrorResponses({ErrorCode.NOT_LOADED, ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<RunReply> start(
            CallContext call,
            @PathVariable String name,
            @RequestBody(required = false) @Nullable RunRequest body,
            HttpServletRequest request);

    @GetMapping
    @Operation(
            operationId = "listRuns",
            summary = "List the runs of a session",
            description = "Contains the newest 100 runs, oldest first.")
    @ApiResponse(responseCode = "200", description = "The runs")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    RunsReply list(CallContext call, @PathVariable String name);

    @GetMapping("/{id}")
    @Operation(
            operationId = "getRun",
            summary = "Show a run",
            description = "Includes its progress, even after it has ended.")
    @ApiResponse(responseCode = "200", description = "The run")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.WRONG_TYPE, ErrorCode.NOT_FOUND})
    RunReply show(CallContext call, @PathVariable String name, @PathVariable long id);

    @PostMapping("/{id}/pause")
    @Operation(
            operationId = "pauseRun",
            summary = "Pause a run",
            description = "Has no effect on a run that is paused or has ended.")
    @ApiResponse(responseCode = "200", description = "The run")
    @ErrorResponses(ErrorCode.BUSY)
    ResponseEntity<RunReply> pause(
            CallContext call, @PathVariable String name, @PathVariable long id);

    @PostMapping("/{id}/resume")
    @Operation(
            operationId = "resumeRun",
            summary = "Resume a paused run",
            description = "Has no effect on a run that is not paused.")
    @ApiResponse(responseCode = "200", description = "The run")
    @ErrorResponses({ErrorCode.BUSY, ErrorCode.WRONG_STATE})
    ResponseEntity<RunReply> resume(
            CallContext call, @PathVariable String name, @PathVariable long id);

    @PostMapping("/{id}/cancel")
    @Operation(
            operationId = "cancelRun",
            summary = "Cancel a run",
            description = "Has no effect on a run that has ended.")
    @ApiResponse(responseCode = "200", description = "The run")
    @ErrorResponses(ErrorCode.BUSY)
    ResponseEntity<RunReply> cancel(
            CallContext call, @PathVariable String name, @PathVariable long id);
}
