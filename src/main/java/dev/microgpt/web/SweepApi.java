package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.SweepReply;
import dev.microgpt.wire.SweepRequest;
import dev.microgpt.wire.SweepsReply;

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
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;

/// Declares the paths and the documentation of the calls that [SweepController] implements.
@RequestMapping(path = "/api/v1/sweeps", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Sweeps")
interface SweepApi {

    /// For the path variable, which has another meaning than in the paths of sessions.
    String NAME = "Name of the sweep";

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "startSweep",
            summary = "Start a sweep",
            description =
                    "Trains a session for each combination of options, or for options drawn at random, and ranks"
                            + " them by validation loss. Its sessions are named after it: lr-001, lr-002 and so on.")
    @ApiResponse(responseCode = "201", description = "The sweep")
    @ErrorResponses({
        ErrorCode.INVALID_TEXT,
        ErrorCode.EXISTS,
        ErrorCode.BUSY,
        ErrorCode.QUOTA_EXCEEDED
    })
    ResponseEntity<SweepReply> start(
            CallContext call,
            @Parameter(
                            description =
                                    "Replace existing sessions with the names of its sessions",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @RequestBody(required = false) @Nullable SweepRequest body,
            HttpServletRequest request);

    @GetMapping
    @Operation(
            operationId = "listSweeps",
            summary = "List sweeps",
            description = "Sweeps are sorted by name, and shown without their trials.")
    @ApiResponse(responseCode = "200", description = "The sweeps")
    SweepsReply list(CallContext call);

    @GetMapping(
            path = "/{name}",
            produces = {MediaType.APPLICATION_JSON_VALUE, Csv.MEDIA_TYPE})
    @Operation(
            operationId = "getSweep",
            summary = "Show a sweep",
            description =
                    "Contains all trials, ranked by validation loss, and the means of those that differ in their"
                            + " seeds only.")
    @ApiResponse(responseCode = "200", description = "The sweep")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND})
    SweepReply show(
            CallContext call,
            @Parameter(description = NAME, example = "lr") @PathVariable String name);

    @PostMapping("/{name}/pause")
    @Operation(
            operationId = "pauseSweep",
            summary = "Pause a sweep",
            description =
                    "Pauses the runs of its trials, and begins no others. Has no effect on a sweep that is paused"
                            + " or has ended.")
    @ApiResponse(responseCode = "200", description = "The sweep")
    ResponseEntity<SweepReply> pause(
            CallContext call,
            @Parameter(description = NAME, example = "lr") @PathVariable String name);

    @PostMapping("/{name}/resume")
    @Operation(
            operationId = "resumeSweep",
            summary = "Resume a paused sweep",
            description = "Has no effect on a sweep that is not paused.")
    @ApiResponse(responseCode = "200", description = "The sweep")
    ResponseEntity<SweepReply> resume(
            CallContext call,
            @Parameter(description = NAME, example = "lr") @PathVariable String name);

    @PostMapping("/{name}/cancel")
    @Operation(
            operationId = "cancelSweep",
            summary = "Cancel a sweep",
            description =
                    "Cancels the runs of its trials, and begins no others. Its sessions remain. Has no effect on a"
                            + " sweep that has ended.")
    @ApiResponse(responseCode = "200", description = "The sweep")
    ResponseEntity<SweepReply> cancel(
            CallContext call,
            @Parameter(description = NAME, example = "lr") @PathVariable String name);

    /// Accepts any `Accept`, as its only response with a body is a problem.
    @DeleteMapping(path = "/{name}", produces = MediaType.ALL_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "deleteSweep",
            summary = "Delete a sweep",
            description =
                    "Cancels the runs of its trials first. Its sessions remain, unless they are deleted with it.")
    @ApiResponse(responseCode = "204", description = "The sweep has been deleted")
    @ErrorResponses({ErrorCode.INVALID_NAME, ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_ORIGIN})
    void delete(
            CallContext call,
            @Parameter(description = NAME, example = "lr") @PathVariable String name,
            @Parameter(
                            description = "Delete its sessions as well",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String sessions);
}
