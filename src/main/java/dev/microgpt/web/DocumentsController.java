package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.PreviewReply;
import dev.microgpt.wire.PreviewRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RestController;

/// Looks at documents before a session is created with them. [BodyLimitFilter] has reserved memory for what
/// is computed here, as for each body.
@RestController
class DocumentsController implements DocumentsApi {

    private final SessionService sessions;
    private final Datasets datasets;
    private final Limits limits;

    DocumentsController(SessionService sessions, Datasets datasets, Limits limits) {
        this.sessions = sessions;
        this.datasets = datasets;
        this.limits = limits;
    }

    @Override
    public PreviewReply preview(CallContext call, @Nullable PreviewRequest body) {
        PreviewRequest request = body == null ? PreviewRequest.EMPTY : body;
        ModelOptions options = request.options(limits);
        Corpus characters = request.corpus(datasets, limits);
        Corpus tokens = sessions.tokens(call, characters, options);
        limits.checkVocabulary(tokens);
        return PreviewReply.of(
                characters, tokens, options.blockSize(), (int) limits.max(ModelOption.BLOCK_SIZE));
    }
}
