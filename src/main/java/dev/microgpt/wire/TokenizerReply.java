package dev.microgpt.wire;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Tokenizer;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The tokens of a model. With byte pairs, the ids 0 to 255 are bytes, and merges make the others, except for the
/// last one.
@Schema(name = "Tokenizer")
public record TokenizerReply(
        @Schema(description = "What a token is: chars or bpe", example = "bpe") String tokenizer,
        @Schema(
                        description =
                                "Number of tokens; the last one is the end of a document, <BOS>",
                        example = "512")
                int vocabSize,
        @Schema(
                        description =
                                "The characters in the order of their ids; absent with byte pairs",
                        example = "abcehilor")
                @Nullable String alphabet,
        @Schema(description = "The merges in order; none for characters") List<MergeReply> merges) {

    public static TokenizerReply of(Tokenizer tokenizer) {
        String kind = EnumNames.lowerCase(tokenizer.kind());
        return switch (tokenizer) {
            case CharTokenizer characters ->
                    new TokenizerReply(
                            kind, characters.vocabSize(), characters.alphabet(), List.of());
            case BpeTokenizer pairs ->
                    new TokenizerReply(kind, pairs.vocabSize(), null, MergeReply.of(pairs));
        };
    }
}
