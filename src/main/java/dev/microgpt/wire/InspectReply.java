package dev.microgpt.wire;

import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.query.AsOf;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The forward pass over a text.
public record InspectReply(
        @Schema(description = "Step of the keyframe used, if the request has a step")
                @Nullable Long step,
        @Schema(example = "emma") String text,
        @Schema(
                        description = "Tokens that the model read: BOS and the text",
                        example = "[26, 4, 12, 12, 0]")
                int[] tokens,
        @Schema(description = "One entry per position, with the probs of the next token")
                List<Trace> vizData,
        @Schema(description = "Whether the text was longer than the context") boolean truncated) {

    public static InspectReply of(InspectRequest request, AsOf<Inspection> result) {
        Inspection inspection = result.value();
        return new InspectReply(
                request.step() == null ? null : result.step(),
                inspection.text(),
                inspection.tokens(),
                inspection.vizData(),
                inspection.truncated());
    }
}
