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
        return checked("texts", texts, limits.textsPerCall());
    }

    /// Returns the texts of a call whose response has a line for each.
    ///
    /// @throws InvalidInputException if there are too few or too many texts
    /// @throws SessionException if one of them is null
    public List<String> checkedLines(Limits limits) {
        return checked("texts", texts, limits.textsPerStream());
    }

    /// Returns given texts.
    ///
    /// @param field their name in error messages
    /// @throws InvalidInputException if there are none or too many
    /// @throws SessionException if one of them is null
    static List<String> checked(String field, @Nullable List<@Nullable String> given, int max) {
        int size = given == null ? 0 : given.size();
        InvalidInputException.requireRange(field, size, 1, max);
        List<String> checked = new ArrayList<>(size);
        for (String text : Objects.requireNonNull(given)) {
            if (text == null) {
                String element = field + "[" + checked.size() + "]";
                throw new SessionException(
                        ErrorCode.WRONG_TYPE,
                        element + " must be a string, but is null",
                        element,
                        null);
            }
            checked.add(text);
        }
        return checked;
    }
}
