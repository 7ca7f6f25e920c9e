package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.LoadRequest;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.StepReply;
import dev.microgpt.wire.StepRequest;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;

/// Loads documents and trains on them.
@RestController
class TrainingController implements TrainingApi {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;
    private final IdempotentReplies replies;
    private final JsonMapper json;

    TrainingController(
            SessionService sessions,
            Datasets datasets,
            Limits limits,
            JsonMapper json,
            IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
        this.json = json;
    }

    @Override
    public ResponseEntity<SessionReply> load(
            CallContext call, String name, HttpServletRequest request) throws IOException {
        LoadMode mode = LoadMode.of(request);
        Session session = sessions.get(call, name);
        Corpus ofJson = isJson(request) ? readJson(request) : null;
        mode.requirePossible(session); // before a text, which may be large, is read
        Corpus corpus =
                ofJson == null ? Corpus.read(request.getInputStream(), limits.ofText()) : ofJson;
        return replies.reply(
                call,
                context -> mode.load(session, context, corpus),
                loaded -> ResponseEntity.ok(SessionReply.of(loaded.view())));
    }

    @Override
    public ResponseEntity<StepReply> step(
            CallContext call, String name, @Nullable StepRequest body) {
        StepRequest request = body == null ? StepRequest.DEFAULTS : body;
        StepCall stepCall = request.toCall(limits);
        return replies.reply(
                call,
                context -> sessions.get(context, name).step(context, stepCall),
                outcome -> ResponseEntity.ok(StepReply.of(outcome)));
    }

    /// Returns whether the body is JSON and not text.
    ///
    /// @throws SessionException `unsupported_media_type` if it is neither
    private static boolean isJson(HttpServletRequest request) {
        MediaType type = contentType(request);
        if (type == null
                || type.equalsTypeAndSubtype(MediaType.TEXT_PLAIN)
                || type.equalsTypeAndSubtype(MediaType.APPLICATION_FORM_URLENCODED)) {
            return false;
        }
        if (type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)) {
            return true;
        }
        throw unsupported(type.toString());
    }

    private Corpus readJson(HttpServletRequest request) throws IOException {
        LoadRequest body =
                json.readValue(new JsonBody(request.getInputStream()), LoadRequest.class);
        return (body == null ? new LoadRequest(null, null) : body).corpus(datasets, limits);
    }

    private static @Nullable MediaType contentType(HttpServletRequest request) {
        String header = request.getContentType();
        if (header == null) {
            return null;
        }
        try {
            MediaType type = MediaType.parseMediaType(header);
            if (type.getCharset() != null && !type.getCharset().name().equals("UTF-8")) {
                throw unsupported(header);
            }
            return type;
        } catch (IllegalArgumentException _) {
            throw unsupported(header);
        }
    }

    private static SessionException unsupported(String type) {
        return new SessionException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "load accepts text/plain or application/json in UTF-8, but not " + type);
    }
}
