package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The documents to look at before a session is created with them.
public record PreviewRequest(
        @Schema(
                        description = "Documents, one per line; excludes dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Bundled dataset; excludes text") @Nullable String dataset,
        @Schema(description = "Maximum context length in tokens") @Nullable Integer blockSize,
        @Schema(description = "As in init") @Nullable String tokenizer,
        @Schema(description = "As in init") @Nullable Integer vocabSize) {

    public static final PreviewRequest EMPTY = new PreviewRequest(null, null, null, null, null);

    /// Returns the documents.
    ///
    /// @throws InvalidInputException unless exactly one of text and dataset is given, or if the text is
    ///     invalid
    public Corpus corpus(Datasets datasets, Limits limits) {
        return new LoadRequest(text, dataset).corpus(datasets, limits);
    }

    /// Returns the options with defaults filled in.
    ///
    /// @throws InvalidInputException if one is out of range
    public ModelOptions options(Limits limits) {
        return GivenOptions.of(this, limits).applyTo(ModelOptions.defaults());
    }
}
