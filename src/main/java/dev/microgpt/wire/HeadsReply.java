package dev.microgpt.wire;

import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.Attention;
import dev.microgpt.session.query.HeadMeasurements;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What each head attends to, measured over documents.
public record HeadsReply(
        @Schema(description = "Step of the measured model") long step,
        @Schema(description = "Number of documents, spread evenly over the training text")
                int documents,
        @Schema(description = "Number of measured positions in them, from position 2 on")
                int positions,
        @Schema(
                        description =
                                "Those of them whose token occurs earlier in the document, over which"
                                        + " sameCharacter is the mean")
                int repeats,
        @Schema(
                        description =
                                "What a head would have that attends to all positions equally; absent if there"
                                        + " are no positions to measure")
                @Nullable Shares even,
        @Schema(description = "One entry per head, layer by layer") List<Head> heads) {

    /// Shares of the attention, as means over the positions.
    @Schema(name = "AttentionShares")
    public record Shares(
            @Schema(description = "Share on the position before") double previous,
            @Schema(description = "Share on position 0, which reads BOS") double first,
            @Schema(description = "Share on the position itself") double itself,
            @Schema(
                            description =
                                    "Share on earlier positions with the same token, where there are any")
                    @Nullable Double sameCharacter,
            @Schema(description = "Share on the letters a, e, i, o, u") double vowels,
            @Schema(description = "Share on the other letters from a to z") double consonants,
            @Schema(description = "Entropy of the weights, in nats") double entropy) {

        static Shares of(Attention attention) {
            return new Shares(
                    attention.previous(),
                    attention.first(),
                    attention.itself(),
                    attention.sameCharacter(),
                    attention.vowels(),
                    attention.consonants(),
                    attention.entropy());
        }
    }

    /// One head.
    @Schema(name = "HeadMeasurement")
    public record Head(
            @Schema(description = "Counted from 0") int layer,
            @Schema(description = "Counted from 0 in its layer") int head,
            Shares attention) {}

    public static HeadsReply of(AsOf<HeadMeasurements> result) {
        HeadMeasurements measured = result.value();
        Attention even = measured.even();
        return new HeadsReply(
                result.step(),
                measured.documents(),
                measured.positions(),
                measured.repeats(),
                even == null ? null : Shares.of(even),
                measured.heads().stream()
                        .map(h -> new Head(h.layer(), h.head(), Shares.of(h.attention())))
                        .toList());
    }
}
