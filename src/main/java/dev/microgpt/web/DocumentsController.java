package dev.microgpt.web;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.PreviewReply;
import dev.microgpt.wire.PreviewRequest;

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
    public PreviewReply preview(PreviewRequest body) {
        int blockSize = body.contextLength(limits);
        return PreviewReply.of(
                body.corpus(datasets, limits), blockSize, (int) limits.max(ModelOption.BLOCK_SIZE));
    }
}
