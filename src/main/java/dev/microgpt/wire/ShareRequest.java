package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.share.ShareExpiry;
import dev.microgpt.share.ShareService;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/// A share to create.
public record ShareRequest(
        @Schema(
                        description = "What the owner calls it, up to 100 characters",
                        example = "Monday's class",
                        maxLength = ShareService.MAX_LABEL_LENGTH)
                @Nullable String label,
        @Schema(
                        description =
                                "Days for which it is valid, by default 7; excludes expiresAt",
                        minimum = "1",
                        example = "7")
                @Nullable Integer days,
        @Schema(
                        description =
                                "From when on it is not valid, at least a minute from now; excludes days",
                        type = "string",
                        format = "date-time")
                @Nullable String expiresAt) {

    /// The request that has no fields.
    public static final ShareRequest DEFAULTS = new ShareRequest(null, null, null);

    /// Returns the label; empty if there is none.
    public String labelOrEmpty() {
        return label == null ? "" : label;
    }

    /// Returns when the share expires; null if the caller does not say.
    ///
    /// @throws InvalidInputException if both ways to say it are used, or a time is not valid
    public @Nullable ShareExpiry expiry() {
        if (days != null && expiresAt != null) {
            throw InvalidInputException.outOfRange(
                    "expiresAt", expiresAt, null, null, "give either days or expiresAt, not both");
        }
        if (days != null) {
            return new ShareExpiry.AfterDays(days);
        }
        if (expiresAt == null) {
            return null;
        }
        try {
            return new ShareExpiry.At(
                    OffsetDateTime.parse(expiresAt).toInstant().truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeParseException e) {
            throw InvalidInputException.outOfRange(
                    "expiresAt",
                    expiresAt,
                    null,
                    null,
                    "expiresAt must be a date and a time with its offset, such as"
                            + " 2027-01-31T18:00:00Z, but is '"
                            + expiresAt
                            + "'");
        }
    }
}
