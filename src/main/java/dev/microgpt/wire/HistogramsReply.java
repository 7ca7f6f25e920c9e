package dev.microgpt.wire;

import dev.microgpt.session.query.Histograms;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The distribution of the weights of a matrix at each keyframe.
public record HistogramsReply(
        @Schema(example = "wte") String name,
        @Schema(description = "Lower edge of the first bin") double from,
        @Schema(description = "Upper edge of the last bin") double to,
        @Schema(description = "Steps of the keyframes") List<Long> steps,
        @Schema(description = "Number of weights in each bin, one row per keyframe")
                List<int[]> counts) {

    public static HistogramsReply of(Histograms histograms) {
        return new HistogramsReply(
                histograms.matrix().name(),
                histograms.from(),
                histograms.to(),
                histograms.steps(),
                histograms.counts());
    }
}
