package dev.microgpt.wire;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.query.TextTokens;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    public static TokenizeReply of(String text, TextTokens found) {
        Tokenizer tokenizer = found.tokenizer();
        Map<Integer, String> symbols = new HashMap<>(); // a text has few different tokens
        List<TokenReply> tokens = new ArrayList<>(found.ids().length);
        for (int id : found.ids()) {
            tokens.add(new TokenReply(id, symbols.computeIfAbsent(id, tokenizer::symbol)));
        }
        return new TokenizeReply(
                tokens,
                text.codePointCount(0, text.length()),
                found.steps() == null ? null : steps(tokenizer, found.steps()));
    }

    private static List<Step> steps(Tokenizer tokenizer, List<BpeTokenizer.Step> found) {
        return switch (tokenizer) {
            case CharTokenizer _ -> List.of();
            case BpeTokenizer pairs -> {
                int[] merges = pairs.merges();
                List<Step> steps = new ArrayList<>(found.size());
                for (BpeTokenizer.Step step : found) {
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
