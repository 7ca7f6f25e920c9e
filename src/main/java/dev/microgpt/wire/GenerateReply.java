package dev.microgpt.wire;

import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedText;
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
        @Schema(description = "Share of the samples that are documents, if the request has known")
                @Nullable Double knownShare,
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
            @Schema(
                            description =
                                    "Natural logarithm of its probability, in nats, if the request has score")
                    @Nullable Double logLikelihood,
            @Schema(description = "Its surprisal in bits per character, if the request has score")
                    @Nullable Double bitsPerCharacter,
            @Schema(
                            description =
                                    "The document that differs least from it, if the request has nearest")
                    @Nullable NearestReply nearest,
            @Schema(description = "The forward pass: one entry per position, with probs")
                    @Nullable List<Trace> vizData) {}

    public static GenerateReply of(GenerateCall call, AsOf<GeneratedTexts> asOf) {
        GeneratedTexts texts = asOf.value();
        boolean viz = call.options().viz();
        return new GenerateReply(
                call.step() == null ? null : asOf.step(),
                texts.texts().stream().map(text -> item(text, viz)).toList(),
                call.details().known() ? knownShare(texts.texts()) : null,
                call.filter().isNone() ? null : texts.tries(),
                call.filter().isNone() ? null : byReason(texts.rejected()));
    }

    private static Item item(GeneratedText text, boolean viz) {
        Sample sample = text.sample();
        Score score = text.score();
        return new Item(
                sample.text(),
                sample.tokens(),
                text.known(),
                score == null ? null : score.logLikelihood(),
                score == null ? null : score.bitsPerCharacter(),
                NearestReply.of(text.nearest()),
                viz ? sample.vizData() : null);
    }

    private static @Nullable Double knownShare(List<GeneratedText> texts) {
        long known = texts.stream().filter(text -> Boolean.TRUE.equals(text.known())).count();
        return share(known, texts.size());
    }

    /// Returns which part of some texts is known; null if there are none.
    static @Nullable Double share(long known, long count) {
        return count == 0 ? null : (Double) ((double) known / count);
    }

    /// Returns how many texts were rejected, by the name of the reason.
    static Map<String, Long> byReason(Map<Rejection, Long> rejected) {
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
