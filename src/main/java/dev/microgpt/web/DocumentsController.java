package dev.microgpt.web;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.PreviewReply;
import dev.microgpt.wire.PreviewRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RestController;

/// Looks at documents before a session is created with them. [BodyLimitFilter] has reserved memory for what
/// is computed here, as for each body.
@RestController
class DocumentsController implements DocumentsApi {

    private final Datasets datasets;
    private final Limits limits;

    DocumentsController(Datasets datasets, Limits limits) {
        this.datasets = datasets;
        this.limits = limits;
    }

    @Override
    public PreviewReply preview(@Nullable PreviewRequest body) {
        PreviewRequest request = body == null ? PreviewRequest.EMPTY : body;
        int blockSize = request.contextLength(limits);
        return PreviewReply.of(
                request.corpus(datasets, limits),
                blockSize,
                (int) limits.max(ModelOption.BLOCK_SIZE));
    }
}
