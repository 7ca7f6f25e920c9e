package dev.microgpt.wire;

import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.query.AsOf;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The forward pass over a text.
public record InspectReply(
        @Schema(description = "of the keyframe that answered, where a step was asked for")
                @Nullable Long step,
        @Schema(example = "emma") String text,
        @Schema(
                        description = "what the model read: BOS and the text",
                        example = "[26, 4, 12, 12, 0]")
                int[] tokens,
        @Schema(description = "an entry a position, with the probs of what comes next")
                List<Trace> vizData,
        @Schema(description = "whether the text is longer than the context") boolean truncated) {

    public static InspectReply of(InspectRequest request, AsOf<Inspection> answer) {
        Inspection inspection = answer.value();
        return new InspectReply(
                request.step() == null ? null : answer.step(),
                inspection.text(),
                inspection.tokens(),
                inspection.vizData(),
                inspection.truncated());
    }
}
