package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The text to split into tokens.
public record TokenizeRequest(
        @Schema(description = "The text, which may be empty", example = "hannah")
                @Nullable String text,
        @Schema(
                        description =
                                "Whether to show the merges that lead from the bytes of the text to its tokens",
                        defaultValue = "false")
                @Nullable Boolean steps) {

    public static final TokenizeRequest EMPTY = new TokenizeRequest(null, null);

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

    public boolean wantsSteps() {
        return Boolean.TRUE.equals(steps);
    }
}
