package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.WeightsQuery;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

import java.io.IOException;

/// Declares the paths and the documentation of the calls that [CheckpointController] implements.
@RequestMapping("/api/v1/sessions/{name}/checkpoint")
@Tag(name = "Checkpoints")
interface CheckpointApi {

    @GetMapping(produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @Operation(
            operationId = "getCheckpoint",
            summary = "Download a checkpoint",
            description =
                    "The safetensors file contains weights, optimiser, random generator, documents and their"
                            + " order, options and tokens. A session restored from it continues"
                            + " exactly as this one would.")
    @ApiResponse(
            responseCode = "200",
            description = "The file, with an ETag of its content and a Content-Digest (RFC 9530)",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_LOADED,
        ErrorCode.BUSY,
        ErrorCode.WRONG_STATE
    })
    void get(
            CallContext call,
            @PathVariable String name,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException;

    @PutMapping(
            consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "putCheckpoint",
            summary = "Upload a checkpoint",
            description =
                    "Creates a session from a safetensors file. If the file contains weights alone, add what"
                            + " it lacks: the alphabet in the order of the token ids, or a dataset to"
                            + " train on. With If-None-Match: *, creates the session only if"
                            + " no session of that name exists.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "201", description = "The new session")
    @ApiResponse(responseCode = "200", description = "The replaced session")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.INVALID_CHECKPOINT,
        ErrorCode.OUT_OF_RANGE,
        ErrorCode.EXISTS,
        ErrorCode.STALE,
        ErrorCode.BUSY,
        ErrorCode.TOO_LARGE,
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        ErrorCode.FORBIDDEN_ORIGIN
    })
    ResponseEntity<SessionReply> put(
            CallContext call,
            @PathVariable String name,
            @Parameter(
                            description = "Replace an existing session",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @ParameterObject WeightsQuery weights,
            HttpServletRequest request)
            throws IOException;
}
