package dev.microgpt.wire;

import dev.microgpt.engine.BpeTokenizer;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.ArrayList;
import java.util.List;

/// A merge of two tokens.
@Schema(name = "Merge")
public record MergeReply(
        @Schema(description = "The token that the merge makes", example = "256") int id,
        @Schema(description = "Id of the left token", example = "97") int left,
        @Schema(description = "Id of the right token", example = "110") int right,
        @Schema(description = "The text of the new token", example = "an") String text,
        @Schema(
                        description =
                                "How often the two were side by side in the documents when they were merged",
                        example = "9")
                int count) {

    static List<MergeReply> of(BpeTokenizer pairs) {
        int[] merges = pairs.merges();
        List<MergeReply> replies = new ArrayList<>(pairs.numMerges());
        for (int i = 0; i < pairs.numMerges(); i++) {
            int id = BpeTokenizer.BYTES + i;
            replies.add(
                    new MergeReply(
                            id,
                            merges[3 * i],
                            merges[3 * i + 1],
                            pairs.symbol(id),
                            merges[3 * i + 2]));
        }
        return replies;
    }
}
