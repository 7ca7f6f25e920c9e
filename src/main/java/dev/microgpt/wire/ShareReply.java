package dev.microgpt.wire;

import dev.microgpt.share.Share;

import io.swagger.v3.oas.annotations.media.Schema;

import java.time.Instant;

/// A share, without its secret.
@Schema(name = "Share")
public record ShareReply(
        @Schema(description = "Identifies it when it is withdrawn", example = "5f2b8c1de09a7346")
                String id,
        @Schema(description = "What the owner calls it; may be empty") String label,
        Instant createdAt,
        @Schema(description = "From when on it is not valid") Instant expiresAt) {

    public static ShareReply of(Share share) {
        return new ShareReply(share.id(), share.label(), share.createdAt(), share.expiresAt());
    }
}
