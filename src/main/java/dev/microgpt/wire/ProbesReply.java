package dev.microgpt.wire;

import dev.microgpt.session.query.ProbeCurves;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The values of probes over time.
public record ProbesReply(
        @Schema(description = "Steps of the keyframes; the last may be the present step")
                List<Long> steps,
        @Schema(description = "The probes, in the order of the request") List<Curve> probes) {

    /// One probe with its values.
    @Schema(name = "ProbeCurve")
    public record Curve(
            @Schema(example = "match") @Nullable String kind,
            @Schema(example = "[aeiou]$") @Nullable String pattern,
            @Nullable String text,
            @Schema(
                            description =
                                    "One value per step; null if the numbers of the model are not finite",
                            example = "[0.31, 0.74]")
                    List<@Nullable Double> values,
            @Schema(
                            description =
                                    "The same measure of the documents, at most 1,000 of them and 1,000,000"
                                            + " characters; null for known and surprisal, or without documents",
                            example = "0.57")
                    @Nullable Double documents) {}

    public static ProbesReply of(ProbesRequest request, ProbeCurves curves) {
        List<Curve> all = new ArrayList<>();
        if (request.probes() != null) {
            for (ProbesRequest.Item item : request.probes()) {
                if (item != null) {
                    all.add(
                            new Curve(
                                    item.kind(),
                                    item.pattern(),
                                    item.text(),
                                    curves.values().get(all.size()),
                                    curves.documents().get(all.size())));
                }
            }
        }
        return new ProbesReply(curves.steps(), all);
    }
}
