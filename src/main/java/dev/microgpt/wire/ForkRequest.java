package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// What to call a copy of a session.
public record ForkRequest(
        @Schema(description = "of the new session", example = "demo-2") @Nullable String name,
        @Schema(description = "to begin at; absent for the present one", minimum = "0")
                @Nullable Long step) {

    /// @throws SessionException if there is no name
    public String requiredName() {
        if (name == null) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME, "name the new session", "name", null);
        }
        return name;
    }
}
