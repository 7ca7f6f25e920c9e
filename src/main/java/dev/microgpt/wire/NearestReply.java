package dev.microgpt.wire;

import dev.microgpt.session.query.NearestDocument;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

/// The document that differs least from a text.
public record NearestReply(
        @Schema(example = "maria") String text,
        @Schema(
                        description =
                                "Edit distance: characters to insert, delete or replace at least",
                        example = "1")
                int distance) {

    static @Nullable NearestReply of(@Nullable NearestDocument nearest) {
        return nearest == null ? null : new NearestReply(nearest.text(), nearest.distance());
    }
}
