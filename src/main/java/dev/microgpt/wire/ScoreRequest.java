package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// The texts to score.
public record ScoreRequest(
        @Schema(description = "one or more texts", example = "[\"emma\", \"xqzt\"]")
                @Nullable List<@Nullable String> texts,
        @Schema(description = GenerateRequest.AS_OF, minimum = "0") @Nullable Long step) {

    /// @throws InvalidInputException if there are too few or too many texts
    public List<String> checked(Limits limits) {
        int size = texts == null ? 0 : texts.size();
        InvalidInputException.requireRange("texts", size, 1, limits.textsPerCall());
        return Objects.requireNonNull(texts).stream().map(ScoreRequest::requireText).toList();
    }

    private static String requireText(@Nullable String text) {
        if (text == null) {
            throw new SessionException(
                    ErrorCode.WRONG_TYPE,
                    "texts must be a list of texts, but has a null",
                    "texts",
                    null);
        }
        return text;
    }
}
