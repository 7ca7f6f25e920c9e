package dev.microgpt.wire;

import dev.microgpt.session.Datasets;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The bundled datasets.
public record DatasetsReply(List<Item> datasets) {

    /// A bundled text.
    @Schema(name = "Dataset")
    public record Item(
            @Schema(description = "what to load it by", example = "names") String name,
            @Schema(description = "what it holds") String description,
            @Schema(description = "where it comes from") String source,
            @Schema(description = "on what terms") String licence) {}

    public static DatasetsReply of(List<Datasets.Dataset> datasets) {
        return new DatasetsReply(
                datasets.stream()
                        .map(d -> new Item(d.name(), d.description(), d.source(), d.licence()))
                        .toList());
    }
}
