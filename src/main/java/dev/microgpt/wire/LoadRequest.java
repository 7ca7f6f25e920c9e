package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The documents to load: either a text or the name of a bundled dataset.
public record LoadRequest(
        @Schema(description = "documents, one a line", example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "name of a bundled dataset, instead of text")
                @Nullable String dataset) {

    /// @throws InvalidInputException if there is not exactly one of the two, or the text is unusable
    public Corpus corpus(Datasets datasets, Limits limits) {
        if (text != null && dataset == null) {
            return Corpus.of(text, limits.ofText());
        }
        if (dataset != null && text == null) {
            return datasets.corpus(dataset);
        }
        throw InvalidInputException.invalidText("text", "there must be either a text or a dataset");
    }
}
