package dev.microgpt.web;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.EmbeddingsReply;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.InspectReply;
import dev.microgpt.wire.InspectRequest;
import dev.microgpt.wire.LossesReply;
import dev.microgpt.wire.ScoreReply;
import dev.microgpt.wire.ScoreRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

import java.util.List;

/// Queries a model for texts, scores, traces, losses, embeddings and its configuration.
@RestController
class ModelController implements ModelApi {

    private final SessionService sessions;
    private final Limits limits;
    private final IdempotentReplies replies;

    ModelController(SessionService sessions, Limits limits, IdempotentReplies replies) {
        this.replies = replies;
        this.sessions = sessions;
        this.limits = limits;
    }

    @Override
    public ResponseEntity<GenerateReply> generate(
            CallContext call, String name, @Nullable GenerateRequest body) {
        GenerateRequest request = body == null ? GenerateRequest.DEFAULTS : body;
        GenerateCall generateCall = request.toCall(limits);
        if (request.wantsKnown()) {
            sessions.get(call, name).queries().requireDocuments();
        }
        return replies.reply(
                call,
                context ->
                        sessions.get(context, name)
                                .queries()
                                .texts()
                                .generate(context, generateCall),
                samples ->
                        AsOfReply.of(
                                request.step(), samples, GenerateReply.of(generateCall, samples)));
    }

    @Override
    public ResponseEntity<ScoreReply> score(
            CallContext call, String name, @Nullable ScoreRequest body) {
        ScoreRequest request = body == null ? new ScoreRequest(null, null) : body;
        Session session = sessions.get(call, name);
        List<String> texts = request.checked(limits);
        return replies.reply(
                call,
                context -> session.queries().texts().score(context, texts, request.step()),
                scores -> AsOfReply.of(request.step(), scores, new ScoreReply(scores.value())));
    }

    @Override
    public ResponseEntity<InspectReply> inspect(
            CallContext call, String name, @Nullable InspectRequest body) {
        InspectRequest request = body == null ? new InspectRequest(null, null) : body;
        Session session = sessions.get(call, name);
        String text = request.requiredText();
        return replies.reply(
                call,
                context -> session.queries().inspect(context, text, request.step()),
                inspection ->
                        AsOfReply.of(
                                request.step(), inspection, InspectReply.of(request, inspection)));
    }

    @Override
    public LossesReply losses(
            CallContext call,
            String name,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Integer maxPoints) {
        return LossesReply.of(
                sessions.get(call, name).losses(call), from, to, maxPoints, limits.lossesPerCall());
    }

    @Override
    public ResponseEntity<EmbeddingsReply> embeddings(
            CallContext call, String name, @Nullable PastStep step) {
        AsOf<List<TokenEmbedding>> embeddings =
                sessions.get(call, name).queries().embeddings(call, step);
        return AsOfReply.of(step, embeddings, EmbeddingsReply.of(embeddings.value()));
    }

    @Override
    public ResponseEntity<double[][]> positions(
            CallContext call, String name, @Nullable PastStep step) {
        AsOf<double[][]> positions = sessions.get(call, name).queries().positions(call, step);
        return AsOfReply.of(step, positions, positions.value());
    }

    @Override
    public Baselines baselines(CallContext call, String name) {
        return sessions.get(call, name).internals().baselines(call);
    }

    @Override
    public ConfigReply config(CallContext call, String name) {
        return ConfigReply.of(sessions.get(call, name).published().view());
    }
}
