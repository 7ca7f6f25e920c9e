package dev.microgpt.web;

import dev.microgpt.bundle.Bundle;
import dev.microgpt.bundle.BundleFile;
import dev.microgpt.bundle.Bundles;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.wire.SessionReply;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import java.io.IOException;

/// Serves and accepts whole sessions as ZIP files.
@RestController
class BundleController implements BundleApi {

    private final SessionService sessions;
    private final Bundles bundles;

    BundleController(SessionService sessions, Bundles bundles) {
        this.sessions = sessions;
        this.bundles = bundles;
    }

    @Override
    public void get(
            CallContext call, String name, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        BundleFile file = bundles.file(sessions.get(call, name).internals().export(call));
        response.setContentType(ZIP);
        response.setHeader(
                "Content-Disposition", "attachment; filename=\"%s.zip\"".formatted(name));
        if (!HttpMethod.HEAD.matches(request.getMethod())) {
            file.writeTo(response.getOutputStream());
        }
    }

    @Override
    public ResponseEntity<SessionReply> put(
            CallContext call, String name, @Nullable String overwrite, HttpServletRequest request)
            throws IOException {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        sessions.requireAbsent(call, name, mayOverwrite); // before the file is read
        Bundle bundle = bundles.read(call, request.getInputStream());
        return RestoredReply.of(
                request,
                name,
                sessions.restore(call, name, bundle.model(), bundle.past(), mayOverwrite));
    }
}
