package dev.microgpt.wire;

import io.swagger.v3.oas.annotations.media.Schema;

/// A token of a text.
@Schema(name = "Token")
public record TokenReply(
        @Schema(example = "262") int id,
        @Schema(
                        description =
                                "The token's text; bytes that are no character by themselves are shown as <E2>",
                        example = "anna")
                String text) {}
