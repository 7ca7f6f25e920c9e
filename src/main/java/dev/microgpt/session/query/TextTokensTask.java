package dev.microgpt.session.query;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Splits a text into tokens: the tokens in the first slice, the merges that lead to them in a second one.
public final class TextTokensTask implements SlicedTask<TextTokens> {

    private final Tokenizer tokenizer;
    private final String text;
    private final boolean wantsSteps;
    private final Limits limits;
    private int @Nullable [] ids;

    /// @param limits limits on the texts of the steps
    public TextTokensTask(Tokenizer tokenizer, String text, boolean wantsSteps, Limits limits) {
        this.tokenizer = tokenizer;
        this.text = text;
        this.wantsSteps = wantsSteps;
        this.limits = limits;
    }

    /// @throws InvalidInputException if a character has no token, or the steps are too large for a response
    @Override
    public @Nullable TextTokens slice(long deadline) {
        if (ids == null) {
            ids = tokenizer.encode(text, "text");
            return wantsSteps ? null : new TextTokens(tokenizer, ids, null);
        }
        return new TextTokens(tokenizer, ids, steps());
    }

    private List<BpeTokenizer.Step> steps() {
        return switch (tokenizer) {
            case CharTokenizer _ -> List.of();
            case BpeTokenizer pairs -> {
                List<BpeTokenizer.Step> steps = pairs.steps(text, "text");
                long bytes = 0;
                for (BpeTokenizer.Step step : steps) {
                    bytes += pairs.numBytes(step.id());
                }
                limits.checkTokenised("the new tokens of the steps have", bytes);
                yield steps;
            }
        };
    }
}
