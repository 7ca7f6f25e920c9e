package dev.microgpt.wire;

import dev.microgpt.share.NewShare;

import io.swagger.v3.oas.annotations.media.Schema;

import java.time.Instant;

/// A share that was just created, with its secret.
@Schema(name = "NewShare")
public record NewShareReply(
        @Schema(description = "Identifies it when it is withdrawn", example = "5f2b8c1de09a7346")
                String id,
        @Schema(description = "What the owner calls it; may be empty") String label,
        Instant createdAt,
        @Schema(description = "From when on it is not valid") Instant expiresAt,
        @Schema(
                        description = "Link to the session's page, with the token in its fragment",
                        example = "https://microgpt.example/s/demo#share=share_…")
                String url,
        @Schema(
                        description =
                                "Secret, sent like an API key as Authorization: Bearer TOKEN; it is not shown"
                                        + " again",
                        example = "share_…")
                String token,
        @Schema(description = "The link as a QR code, an SVG document") String qrCode) {

    /// @param page the address of the session's page
    public static NewShareReply of(NewShare created, String page) {
        ShareReply share = ShareReply.of(created.share());
        String token = created.token().text();
        String url = page + "#share=" + token;
        return new NewShareReply(
                share.id(),
                share.label(),
                share.createdAt(),
                share.expiresAt(),
                url,
                token,
                QrSvg.of(url));
    }
}
