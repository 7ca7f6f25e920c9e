package dev.microgpt.web;

import dev.microgpt.session.SessionService;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.SessionReply;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/// Builds the reply to a call that has created a session from a file, or replaced one.
final class RestoredReply {

    private RestoredReply() {}

    static ResponseEntity<SessionReply> of(
            HttpServletRequest request, String name, SessionService.Creation creation) {
        ResponseEntity.BodyBuilder reply =
                creation.isNew()
                        ? ResponseEntity.created(RequestPath.ofSession(request, name))
                        : ResponseEntity.status(HttpStatus.OK);
        return reply.body(SessionReply.of(creation.state().view()));
    }
}
