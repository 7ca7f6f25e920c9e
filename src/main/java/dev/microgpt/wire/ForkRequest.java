package dev.microgpt.wire;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.PastStep;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The name of a copy of a session, and the step from which it is made.
public record ForkRequest(
        @Schema(description = "Name of the new session", example = "demo-2") @Nullable String name,
        @Schema(
                        description =
                                "Step to fork at, or best for that of the lowest validation loss; absent for the current one")
                @Nullable PastStep step) {

    public static final ForkRequest EMPTY = new ForkRequest(null, null);

    /// Returns the name of the new session.
    ///
    /// @throws SessionException if there is no name
    public String requiredName() {
        if (name == null) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    "name must be the name of the new session, but is absent",
                    "name",
                    null);
        }
        return name;
    }
}
