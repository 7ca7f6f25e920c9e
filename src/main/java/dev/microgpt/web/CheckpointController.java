package dev.microgpt.web;

import dev.microgpt.checkpoint.CheckpointFile;
import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.ErrorResponses;
import dev.microgpt.wire.RequestPath;
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
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import java.io.IOException;
import java.util.Base64;

/// Whole models out and in, as safetensors files.
@RestController
@RequestMapping("/api/v1/sessions/{name}/checkpoint")
@Tag(name = "Checkpoints")
class CheckpointController {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;

    CheckpointController(SessionService sessions, Datasets datasets, Limits limits) {
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @GetMapping(produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @Operation(
            operationId = "getCheckpoint",
            summary = "Take out a model",
            description =
                    "As a safetensors file: weights, optimiser, generator, documents and their order,"
                            + " options and alphabet. A session made of it goes on as this one would.")
    @ApiResponse(
            responseCode = "200",
            description = "the file; its ETag names its content, its Content-Digest is RFC 9530's",
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
            @Parameter(example = "demo") @PathVariable String name,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CheckpointFile file =
                CheckpointFile.of(sessions.get(call, name).inspection().checkpoint(call));
        String tag = '"' + file.digest() + '"';
        response.setHeader("ETag", tag);
        if (IfNoneMatch.of(request).matches(tag)) {
            response.setStatus(HttpStatus.NOT_MODIFIED.value());
            return;
        }
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setContentLengthLong(file.length());
        String contentDigest = Base64.getEncoder().encodeToString(file.contentDigest());
        response.setHeader("Content-Digest", "sha-256=:%s:".formatted(contentDigest));
        response.setHeader(
                "Content-Disposition", "attachment; filename=\"%s.safetensors\"".formatted(name));
        if (!HttpMethod.HEAD.matches(request.getMethod())) {
            file.writeTo(response.getOutputStream());
        }
    }

    @PutMapping(
            consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "putCheckpoint",
            summary = "Put in a model",
            description =
                    "Makes a session of a safetensors file. For a file with weights alone, say what it"
                            + " leaves open: the alphabet in the order of its tokens, or a dataset to train"
                            + " on. With If-None-Match: * only if there is no session yet.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "201", description = "the new session")
    @ApiResponse(responseCode = "200", description = "the session, replaced")
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
            @Parameter(example = "demo") @PathVariable String name,
            @Parameter(
                            description = "replace an existing session",
                            schema = @Schema(type = "boolean", defaultValue = "false"))
                    @RequestParam(required = false)
                    @Nullable String overwrite,
            @ParameterObject WeightsQuery weights,
            HttpServletRequest request)
            throws IOException {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        IfNoneMatch condition = IfNoneMatch.of(request);
        condition.create(mayOverwrite, overwriting -> requireAbsent(call, name, overwriting));
        Checkpoint checkpoint =
                CheckpointReader.read(
                        request.getInputStream(),
                        weights.given(datasets, limits),
                        limits.ofText(),
                        limits::check);
        SessionService.Creation creation =
                condition.create(
                        mayOverwrite,
                        overwriting ->
                                sessions.restore(
                                        call, name, new MicroGpt(checkpoint), overwriting));
        ResponseEntity.BodyBuilder reply =
                creation.isNew()
                        ? ResponseEntity.created(RequestPath.ofSession(request, name))
                        : ResponseEntity.status(HttpStatus.OK);
        return reply.body(SessionReply.of(creation.state().view()));
    }

    /// Before the file is read.
    private boolean requireAbsent(CallContext call, String name, boolean mayOverwrite) {
        sessions.requireAbsent(call, name, mayOverwrite);
        return true;
    }
}
