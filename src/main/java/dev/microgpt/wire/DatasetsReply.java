package dev.microgpt.wire;

import dev.microgpt.session.DatasetSummary;
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
            @Schema(description = "Licence") String licence,
            @Schema(description = "Documents", example = "32257") int numDocs,
            @Schema(description = "Bytes of the text as UTF-8", example = "229804") int bytes,
            @Schema(
                            description = "The distinct characters in ascending order",
                            example = "abcdefghijklmnopqrstuvwxyz")
                    String alphabet,
            @Schema(description = "Number of distinct characters", example = "26") int alphabetSize,
            @Schema(description = "Characters of the shortest document", example = "2")
                    int shortest,
            @Schema(description = "Mean characters of a document", example = "6.1")
                    double meanLength,
            @Schema(description = "Characters of the longest document", example = "15") int longest,
            @Schema(
                            description = "Some documents, spread evenly over the text",
                            example = "[\"emma\", \"coralei\", \"rudolph\"]")
                    List<String> examples) {

        static Item of(Datasets.Dataset dataset, DatasetSummary summary) {
            String alphabet = summary.alphabet();
            return new Item(
                    dataset.name(),
                    dataset.description(),
                    dataset.source(),
                    dataset.licence(),
                    summary.numDocs(),
                    summary.bytes(),
                    alphabet,
                    alphabet.codePointCount(0, alphabet.length()),
                    summary.shortest(),
                    summary.meanLength(),
                    summary.longest(),
                    summary.examples());
        }
    }

    public static DatasetsReply of(Datasets datasets) {
        return new DatasetsReply(
                datasets.all().stream()
                        .map(dataset -> Item.of(dataset, datasets.summary(dataset)))
                        .toList());
    }
}
