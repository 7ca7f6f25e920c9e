package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.PastStep;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The text whose forward pass to trace.
public record InspectRequest(
        @Schema(description = "The text, which may be empty", example = "emma")
                @Nullable String text,
        @Schema(description = GenerateRequest.AS_OF) @Nullable PastStep step) {

    /// Returns the text.
    ///
    /// @throws SessionException if there is none
    public String requiredText() {
        if (text == null) {
            throw new SessionException(
                    ErrorCode.WRONG_TYPE, "text must be a string, but is absent", "text", null);
        }
        return text;
    }
}
