package dev.microgpt.wire;

import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Corpus;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a session would be trained on.
@Schema(name = "DocumentsPreview")
public record PreviewReply(
        @Schema(description = "Documents: lines that are not blank", example = "3") int numDocs,
        @Schema(description = "Characters of all documents", example = "15") int characters,
        @Schema(description = "Distinct tokens, the end of a document included", example = "10")
                int vocabSize,
        @Schema(description = "The distinct characters in ascending order", example = "abcehilor")
                String alphabet,
        @Schema(description = "Characters of the longest document", example = "7") int longest,
        @Schema(
                        description =
                                "Byte-pair tokens of all documents; absent where a token is a character",
                        example = "9")
                @Nullable Integer tokens,
        @Schema(description = "The context that the counts are for, in tokens", example = "16")
                int blockSize,
        @Schema(
                        description =
                                "Documents that do not fit into the context and are cut off in training",
                        example = "0")
                int truncated,
        @Schema(description = "Documents that repeat an earlier one", example = "0") int duplicates,
        @Schema(
                        description =
                                "The smallest context that cuts off no document; if that is above 64, the"
                                        + " smallest that cuts off at most 1% of them; at most the limit",
                        example = "8")
                int suggestedBlockSize,
        @Schema(description = "What is probably a mistake; may be empty") List<Warning> warnings) {

    /// @param characters the documents as characters
    /// @param corpus the documents in the tokens of a model
    /// @param blockSize longest context in tokens
    /// @param maxBlockSize the largest allowed one
    public static PreviewReply of(
            Corpus characters, Corpus corpus, int blockSize, int maxBlockSize) {
        int truncated = corpus.truncated(blockSize);
        return new PreviewReply(
                corpus.size(),
                corpus.characters(),
                corpus.tokenizer().vocabSize(),
                ((CharTokenizer) characters.tokenizer()).alphabet(),
                corpus.longestCharacters(),
                corpus == characters ? null : corpus.numTokens(),
                blockSize,
                truncated,
                corpus.duplicates(),
                corpus.suggestedBlockSize(maxBlockSize),
                Warning.ofDocuments(corpus.size(), truncated, corpus.duplicates(), blockSize));
    }
}
