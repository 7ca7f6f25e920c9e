package dev.microgpt.wire;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Tokenizer;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The tokens of a text.
public record TokenizeReply(
        @Schema(description = "The tokens, without those of the document's end")
                List<TokenReply> tokens,
        @Schema(description = "Characters of the text", example = "6") int characters,
        @Schema(
                        description =
                                "The merges in the order in which they are made, if the request has steps; none for"
                                        + " characters")
                @Nullable List<Step> steps) {

    /// A merge, made at all its places in the text.
    @Schema(name = "TokenizeStep")
    public record Step(
            @Schema(description = "The token that the merge makes", example = "256") int id,
            @Schema(description = "Id of the left token", example = "97") int left,
            @Schema(description = "Id of the right token", example = "110") int right,
            @Schema(description = "The text of the new token", example = "an") String text,
            @Schema(
                            description =
                                    "Where the new tokens begin, as offsets in the bytes of the text",
                            example = "[1]")
                    List<Integer> at) {}

    /// @throws dev.microgpt.engine.InvalidInputException if a character has no token
    public static TokenizeReply of(Tokenizer tokenizer, String text, boolean withSteps) {
        List<TokenReply> tokens = new ArrayList<>();
        for (int id : tokenizer.encode(text, "text")) {
            tokens.add(new TokenReply(id, tokenizer.symbol(id)));
        }
        return new TokenizeReply(
                tokens,
                text.codePointCount(0, text.length()),
                withSteps ? steps(tokenizer, text) : null);
    }

    private static List<Step> steps(Tokenizer tokenizer, String text) {
        return switch (tokenizer) {
            case CharTokenizer _ -> List.of();
            case BpeTokenizer pairs -> {
                int[] merges = pairs.merges();
                List<Step> steps = new ArrayList<>();
                for (BpeTokenizer.Step step : pairs.steps(text, "text")) {
                    int merge = step.id() - BpeTokenizer.BYTES;
                    steps.add(
                            new Step(
                                    step.id(),
                                    merges[3 * merge],
                                    merges[3 * merge + 1],
                                    pairs.symbol(step.id()),
                                    step.at()));
                }
                yield steps;
            }
        };
    }
}
