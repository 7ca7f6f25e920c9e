package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.PastStep;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The texts to score.
public record ScoreRequest(
        @Schema(description = "One or more texts", example = "[\"emma\", \"xqzt\"]")
                @Nullable List<@Nullable String> texts,
        @Schema(description = GenerateRequest.AS_OF) @Nullable PastStep step) {

    /// Returns the texts.
    ///
    /// @throws InvalidInputException if there are too few or too many texts
    /// @throws SessionException if one of them is null
    public List<String> checked(Limits limits) {
        int size = texts == null ? 0 : texts.size();
        InvalidInputException.requireRange("texts", size, 1, limits.textsPerCall());
        List<String> checked = new ArrayList<>(size);
        for (String text : Objects.requireNonNull(texts)) {
            if (text == null) {
                String field = "texts[" + checked.size() + "]";
                throw new SessionException(
                        ErrorCode.WRONG_TYPE,
                        field + " must be a string, but is null",
                        field,
                        null);
            }
            checked.add(text);
        }
        return checked;
    }
}
