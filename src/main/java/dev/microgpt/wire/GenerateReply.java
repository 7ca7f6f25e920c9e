package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Generated texts.
public record GenerateReply(
        @Schema(description = "Step of the keyframe used, if the request has a step")
                @Nullable Long step,
        List<Item> samples) {

    /// One text. Both text and tokens begin with the prompt.
    @Schema(name = "Sample")
    public record Item(
            @Schema(example = "maria") String text,
            @Schema(description = "Token ids without BOS", example = "[12, 0, 17, 8, 0]")
                    int[] tokens,
            @Schema(description = "Whether it is one of the documents, if the request has known")
                    @Nullable Boolean known,
            @Schema(description = "The forward pass: one entry per position, with probs")
                    @Nullable List<Trace> vizData) {}

    /// @param documents the documents to look the texts up in; null to leave `known` out
    public static GenerateReply of(
            GenerateCall call, AsOf<List<Sample>> samples, @Nullable Corpus documents) {
        boolean viz = call.options().viz();
        return new GenerateReply(
                call.step() == null ? null : samples.step(),
                samples.value().stream()
                        .map(
                                s ->
                                        new Item(
                                                s.text(),
                                                s.tokens(),
                                                documents == null
                                                        ? null
                                                        : documents.contains(s.tokens()),
                                                viz ? s.vizData() : null))
                        .toList());
    }
}
