package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The documents to load: either a text or the name of a bundled dataset.
public record LoadRequest(
        @Schema(description = "Documents, one per line", example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Name of a bundled dataset, instead of text")
                @Nullable String dataset) {

    /// Returns the documents.
    ///
    /// @throws InvalidInputException unless exactly one of the two is given, or if the text is invalid
    public Corpus corpus(Datasets datasets, Limits limits) {
        if (text != null && dataset == null) {
            return Corpus.of(text, limits.ofText());
        }
        if (dataset != null && text == null) {
            return datasets.corpus(dataset);
        }
        throw InvalidInputException.invalidText(
                "text", "the request must have either text or dataset");
    }
}
