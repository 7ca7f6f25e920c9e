package dev.microgpt.web;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.HeadMeasurements;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.ProbeCall;
import dev.microgpt.wire.HeadsReply;
import dev.microgpt.wire.ProbesReply;
import dev.microgpt.wire.ProbesRequest;
import dev.microgpt.wire.ValidationReply;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

/// Measures models over many texts.
@RestController
class MeasurementsController implements MeasurementsApi {

    private final SessionService sessions;
    private final Limits limits;
    private final IdempotentReplies replies;

    MeasurementsController(SessionService sessions, Limits limits, IdempotentReplies replies) {
        this.sessions = sessions;
        this.limits = limits;
        this.replies = replies;
    }

    @Override
    public ResponseEntity<HeadsReply> heads(
            CallContext call, String name, @Nullable PastStep step) {
        AsOf<HeadMeasurements> heads = sessions.get(call, name).measurements().heads(call, step);
        return AsOfReply.of(step, heads, HeadsReply.of(heads));
    }

    @Override
    public ValidationReply validation(CallContext call, String name) {
        return ValidationReply.of(sessions.get(call, name).measurements().validation(call));
    }

    @Override
    public ResponseEntity<ProbesReply> probes(
            CallContext call, String name, @Nullable ProbesRequest body) {
        ProbesRequest request =
                body == null ? new ProbesRequest(null, null, null, null, null, null, null) : body;
        Session session = sessions.get(call, name);
        ProbeCall probes = request.toCall(limits);
        return replies.reply(
                call,
                context -> session.measurements().probes(context, probes),
                curves -> ResponseEntity.ok(ProbesReply.of(request, curves)));
    }
}
