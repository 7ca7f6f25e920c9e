package dev.microgpt.web;

import dev.microgpt.checkpoint.CheckpointFile;
import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.WeightsQuery;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import java.io.IOException;
import java.util.Base64;

/// Serves and accepts whole models as safetensors files.
@RestController
class CheckpointController implements CheckpointApi {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;

    CheckpointController(SessionService sessions, Datasets datasets, Limits limits) {
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @Override
    public void get(
            CallContext call, String name, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        CheckpointFile file =
                CheckpointFile.of(sessions.get(call, name).internals().checkpoint(call));
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

    @Override
    public ResponseEntity<SessionReply> put(
            CallContext call,
            String name,
            @Nullable String overwrite,
            WeightsQuery weights,
            HttpServletRequest request)
            throws IOException {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        CheckpointReader.Given given = weights.given(datasets, limits);
        sessions.requireAbsent(call, name, mayOverwrite); // before the file is read
        Checkpoint checkpoint =
                CheckpointReader.read(
                        request.getInputStream(),
                        given,
                        limits.ofText(),
                        limits::check,
                        (characters, options) -> sessions.tokens(call, characters, options));
        return RestoredReply.of(
                request,
                name,
                sessions.restore(call, name, new MicroGpt(checkpoint), null, mayOverwrite));
    }
}
