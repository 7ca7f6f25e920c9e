package dev.microgpt.wire;

import dev.microgpt.session.history.KeyframesView;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The steps that a session can be asked about.
@Schema(name = "KeyframesView")
public record KeyframesReply(
        @Schema(description = "in order; the present one may always be asked about too")
                List<Long> steps,
        @Schema(description = "of memory that they take, about") long bytes,
        @Schema(description = "that they may take: a share of what all sessions have together")
                long maxBytes) {

    public static KeyframesReply of(KeyframesView keyframes) {
        return new KeyframesReply(keyframes.steps(), keyframes.bytes(), keyframes.maxBytes());
    }
}
