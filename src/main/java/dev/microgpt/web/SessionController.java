package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.ForkRequest;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.InitRequest;
import dev.microgpt.wire.IntegerRanges;
import dev.microgpt.wire.KeyframesReply;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.SessionReply;
import dev.microgpt.wire.SessionsReply;
import dev.microgpt.wire.SteerRequest;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import java.net.URI;

/// Creates, lists, shows, steers, forks and deletes sessions.
@RestController
class SessionController implements SessionApi {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;
    private final IdempotentReplies replies;

    SessionController(
            SessionService sessions, Datasets datasets, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @Override
    public ResponseEntity<SessionReply> init(
            CallContext call,
            String name,
            @Nullable String overwrite,
            @Nullable InitRequest body,
            HttpServletRequest request) {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        URI location = RequestPath.ofSession(request, name);
        ModelOptions options = body == null ? ModelOptions.defaults() : body.options(limits);
        Corpus corpus = body == null ? null : body.corpus(datasets, limits);
        return replies.reply(
                call,
                context -> sessions.init(context, name, options, corpus, mayOverwrite),
                session -> ResponseEntity.created(location).body(SessionReply.of(session.view())));
    }

    @Override
    public SessionsReply list(CallContext call, int limit, @Nullable String cursor) {
        InvalidInputException.requireRange("limit", limit, 1, IntegerRanges.MAX_PAGE_SIZE);
        return SessionsReply.of(sessions.list(call, cursor, limit + 1), limit);
    }

    @Override
    public ResponseEntity<SessionReply> get(
            CallContext call, String name, HttpServletRequest request) {
        PublishedState state = sessions.get(call, name).published();
        String tag = '"' + state.version() + '"';
        return IfNoneMatch.of(request).matches(tag)
                ? ResponseEntity.status(HttpStatus.NOT_MODIFIED).eTag(tag).build()
                : ResponseEntity.ok().eTag(tag).body(SessionReply.of(state.view()));
    }

    @Override
    public SessionReply steer(CallContext call, String name, @Nullable SteerRequest body) {
        if (body == null) {
            throw SteerRequest.changesNothing();
        }
        return SessionReply.of(
                sessions.get(call, name).steer(call, body.toSteering(limits)).view());
    }

    @Override
    public ResponseEntity<SessionReply> fork(
            CallContext call, String name, @Nullable ForkRequest body, HttpServletRequest request) {
        ForkRequest fork = body == null ? ForkRequest.EMPTY : body;
        String newName = fork.requiredName();
        URI location = RequestPath.ofSession(request, newName);
        return replies.reply(
                call,
                context -> sessions.fork(context, name, newName, fork.step()),
                created -> ResponseEntity.created(location).body(SessionReply.of(created.view())));
    }

    @Override
    public HistoryReply history(CallContext call, String name) {
        return HistoryReply.of(sessions.get(call, name).history(call));
    }

    @Override
    public KeyframesReply keyframes(CallContext call, String name) {
        return KeyframesReply.of(sessions.get(call, name).keyframes(call));
    }

    @Override
    public void delete(CallContext call, String name) {
        sessions.delete(call, name);
    }
}
