package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The text to look at.
public record InspectRequest(
        @Schema(description = "the text; may be empty", example = "emma") @Nullable String text,
        @Schema(description = GenerateRequest.AS_OF, minimum = "0") @Nullable Long step) {

    /// @throws SessionException if there is no text
    public String requiredText() {
        if (text == null) {
            throw new SessionException(ErrorCode.WRONG_TYPE, "text must be a text", "text", null);
        }
        return text;
    }
}
