package dev.microgpt.web;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunView;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.RunReply;
import dev.microgpt.wire.RunRequest;
import dev.microgpt.wire.RunsReply;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import java.net.URI;
import java.util.function.Function;

/// Starts, lists, shows, pauses, resumes and cancels runs.
@RestController
class RunController implements RunApi {

    private final SessionService sessions;
    private final Limits limits;
    private final IdempotentReplies replies;

    RunController(SessionService sessions, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.limits = limits;
    }

    @Override
    public ResponseEntity<RunReply> start(
            CallContext call, String name, @Nullable RunRequest body, HttpServletRequest request) {
        Session session = sessions.get(call, name);
        if (body == null) {
            throw RunRequest.missingSteps(limits);
        }
        RunCall runCall = body.toCall(limits);
        URI location = RequestPath.ofSession(request, name);
        return replies.reply(
                call,
                context -> session.startRun(context, runCall),
                run ->
                        ResponseEntity.accepted()
                                .location(URI.create(location + "/runs/" + run.id()))
                                .body(RunReply.of(run)));
    }

    @Override
    public RunsReply list(CallContext call, String name) {
        return RunsReply.of(sessions.get(call, name).runs(call));
    }

    @Override
    public RunReply show(CallContext call, String name, long id) {
        return RunReply.of(sessions.get(call, name).run(call, id));
    }

    @Override
    public ResponseEntity<RunReply> pause(CallContext call, String name, long id) {
        return change(call, context -> sessions.get(context, name).pauseRun(context, id));
    }

    @Override
    public ResponseEntity<RunReply> resume(CallContext call, String name, long id) {
        return change(call, context -> sessions.get(context, name).resumeRun(context, id));
    }

    @Override
    public ResponseEntity<RunReply> cancel(CallContext call, String name, long id) {
        return change(call, context -> sessions.get(context, name).cancelRun(context, id));
    }

    private ResponseEntity<RunReply> change(
            CallContext call, Function<CallContext, RunView> change) {
        return replies.reply(call, change, run -> ResponseEntity.ok(RunReply.of(run)));
    }
}
