package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.SessionReply;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

import java.io.IOException;

/// Declares the paths and the documentation of the calls that [BundleController] implements.
@RequestMapping("/api/v1/sessions/{name}/bundle")
@Tag(name = "Checkpoints")
interface BundleApi {

    String ZIP = "application/zip";

    @GetMapping(produces = ZIP)
    @Operation(
            operationId = "getBundle",
            summary = "Download a session as a bundle",
            description =
                    "The ZIP file contains the checkpoint, losses, history, documents and options, with a"
                            + " README that explains them and a manifest with their digests. All are of"
                            + " the same step. A session restored from it continues exactly as this one"
                            + " would.")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(mediaType = ZIP, schema = @Schema(type = "string", format = "binary")))
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

    @PutMapping(consumes = ZIP, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "putBundle",
            summary = "Restore a session from a bundle",
            description =
                    "Creates a session with the model, losses and history of a bundle. With"
                            + " If-None-Match: *, creates the session only if no session of that name"
                            + " exists.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = ZIP,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "201", description = "The new session")
    @ApiResponse(responseCode = "200", description = "The replaced session")
    @ErrorResponses({
        ErrorCode.INVALID_NAME,
        ErrorCode.INVALID_BUNDLE,
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
            HttpServletRequest request)
            throws IOException;
}
