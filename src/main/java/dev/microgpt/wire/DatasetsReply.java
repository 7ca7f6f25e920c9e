package dev.microgpt.wire;

import dev.microgpt.session.Datasets;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The bundled datasets.
public record DatasetsReply(List<Item> datasets) {

    /// A bundled text.
    @Schema(name = "Dataset")
    public record Item(
            @Schema(description = "Name to load it by", example = "names") String name,
            @Schema(description = "Content") String description,
            @Schema(description = "Source") String source,
            @Schema(description = "Licence") String licence) {}

    public static DatasetsReply of(List<Datasets.Dataset> datasets) {
        return new DatasetsReply(
                datasets.stream()
                        .map(d -> new Item(d.name(), d.description(), d.source(), d.licence()))
                        .toList());
    }
}
