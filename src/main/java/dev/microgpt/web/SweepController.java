package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.sweep.SweepLimits;
import dev.microgpt.sweep.SweepPlan;
import dev.microgpt.sweep.SweepService;
import dev.microgpt.sweep.SweepView;
import dev.microgpt.wire.RequestPath;
import dev.microgpt.wire.SweepReply;
import dev.microgpt.wire.SweepRequest;
import dev.microgpt.wire.SweepsReply;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.json.JsonMapper;

import java.net.URI;
import java.util.function.Function;

/// Starts, lists, shows, pauses, resumes, cancels and deletes sweeps.
@RestController
class SweepController implements SweepApi {

    private final SweepService sweeps;
    private final Datasets datasets;
    private final Limits limits;
    private final SweepLimits ofSweeps;
    private final JsonMapper json;
    private final IdempotentReplies replies;

    SweepController(
            SweepService sweeps,
            Datasets datasets,
            Limits limits,
            SweepLimits ofSweeps,
            JsonMapper json,
            IdempotentReplies replies) {
        this.sweeps = sweeps;
        this.datasets = datasets;
        this.limits = limits;
        this.ofSweeps = ofSweeps;
        this.json = json;
        this.replies = replies;
    }

    @Override
    public ResponseEntity<SweepReply> start(
            CallContext call,
            @Nullable String overwrite,
            @Nullable SweepRequest body,
            HttpServletRequest request) {
        boolean mayOverwrite = QueryParameters.isTrue("overwrite", overwrite);
        if (body == null) {
            throw SweepRequest.empty();
        }
        Corpus documents = body.documents(datasets, limits);
        SweepPlan plan =
                body.toPlan(json, limits, ofSweeps.sweepSessions(), documents.size(), mayOverwrite);
        URI location = RequestPath.ofSweep(request, plan.name());
        return replies.reply(
                call,
                context -> sweeps.create(context, plan, documents),
                sweep -> ResponseEntity.created(location).body(SweepReply.of(sweep)));
    }

    @Override
    public SweepsReply list(CallContext call) {
        return SweepsReply.of(sweeps.list(call));
    }

    @Override
    public SweepReply show(CallContext call, String name) {
        return SweepReply.of(sweeps.get(call, name));
    }

    @Override
    public ResponseEntity<SweepReply> pause(CallContext call, String name) {
        return change(call, context -> sweeps.pause(context, name));
    }

    @Override
    public ResponseEntity<SweepReply> resume(CallContext call, String name) {
        return change(call, context -> sweeps.resume(context, name));
    }

    @Override
    public ResponseEntity<SweepReply> cancel(CallContext call, String name) {
        return change(call, context -> sweeps.cancel(context, name));
    }

    private ResponseEntity<SweepReply> change(
            CallContext call, Function<CallContext, SweepView> change) {
        return replies.reply(call, change, sweep -> ResponseEntity.ok(SweepReply.of(sweep)));
    }

    @Override
    public void delete(CallContext call, String name, @Nullable String sessions) {
        sweeps.delete(call, name, QueryParameters.isTrue("sessions", sessions));
    }
}
