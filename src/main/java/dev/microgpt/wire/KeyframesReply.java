package dev.microgpt.wire;

import dev.microgpt.session.history.KeyframesView;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The keyframes of a session, which queries as of a step use.
@Schema(name = "KeyframesView")
public record KeyframesReply(
        @Schema(description = "Ascending; queries may also use the current step") List<Long> steps,
        @Schema(description = "Approximate memory of the keyframes, in bytes") long bytes,
        @Schema(
                        description =
                                "Memory that they may take, in bytes: this session's share of the limit for all sessions")
                long maxBytes) {

    public static KeyframesReply of(KeyframesView keyframes) {
        return new KeyframesReply(keyframes.steps(), keyframes.bytes(), keyframes.maxBytes());
    }
}
