package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.TextFilter.Rejection;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Generated texts.
public record GenerateReply(
        @Schema(description = "Step of the keyframe used, if the request has a step")
                @Nullable Long step,
        List<Item> samples,
        @Schema(
                        description =
                                "Number of texts drawn, if the request says which ones it wants; without all that it wants,"
                                        + " the tries are spent")
                @Nullable Long tries,
        @Schema(
                        description =
                                "How many of them were not wanted: duplicate, known, tooShort, tooLong, noMatch, excluded")
                @Nullable Map<String, Long> rejected) {

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
            GenerateCall call, AsOf<GeneratedTexts> texts, @Nullable Corpus documents) {
        boolean viz = call.options().viz();
        return new GenerateReply(
                call.step() == null ? null : texts.step(),
                texts.value().samples().stream()
                        .map(
                                s ->
                                        new Item(
                                                s.text(),
                                                s.tokens(),
                                                documents == null
                                                        ? null
                                                        : documents.contains(s.tokens()),
                                                viz ? s.vizData() : null))
                        .toList(),
                call.filter().isNone() ? null : texts.value().tries(),
                call.filter().isNone() ? null : byReason(texts.value().rejected()));
    }

    private static Map<String, Long> byReason(Map<Rejection, Long> rejected) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Rejection reason : Rejection.values()) {
            Long count = rejected.get(reason);
            if (count != null) {
                counts.put(name(reason), count);
            }
        }
        return counts;
    }

    private static String name(Rejection reason) {
        return switch (reason) {
            case DUPLICATE -> "duplicate";
            case KNOWN -> "known";
            case TOO_SHORT -> "tooShort";
            case TOO_LONG -> "tooLong";
            case NO_MATCH -> "noMatch";
            case EXCLUDED -> "excluded";
        };
    }
}
