package dev.microgpt.web;

import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Trace;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Generated texts.
public record GenerateReply(List<Item> samples) {

    /// One text. Text and tokens begin with the prompt.
    @Schema(name = "Sample")
    public record Item(
            @Schema(example = "maria") String text,
            @Schema(description = "token ids without BOS", example = "[12, 0, 17, 8, 0]")
                    int[] tokens,
            @Schema(description = "the forward pass, an entry a position, with probs")
                    @Nullable List<Trace> vizData) {}

    public static GenerateReply of(List<Sample> samples, boolean viz) {
        return new GenerateReply(
                samples.stream()
                        .map(s -> new Item(s.text(), s.tokens(), viz ? s.vizData() : null))
                        .toList());
    }
}
