package dev.microgpt.wire;

import dev.microgpt.session.history.KeyframesView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/// The keyframes of a session, which queries as of a step use.
@Schema(name = "KeyframesView")
public record KeyframesReply(
        @Schema(description = "Ascending; queries may also use the current step") List<Long> steps,
        @Schema(description = "Approximate memory of the keyframes, in bytes") long bytes,
        @Schema(
                        description =
                                "Memory that they may take, in bytes: this session's share of the limit for all sessions")
                long maxBytes)
        implements CsvTable {

    public static KeyframesReply of(KeyframesView keyframes) {
        return new KeyframesReply(keyframes.steps(), keyframes.bytes(), keyframes.maxBytes());
    }

    @Override
    public List<String> csvColumns() {
        return List.of("step");
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return steps.stream().map(List::of);
    }
}
