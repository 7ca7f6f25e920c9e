package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.engine.TokenEmbedding;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// A row of the token embedding matrix.
public record EmbeddingReply(
        @Schema(example = "0") int tokenId,
        @Schema(description = "The token's text, or <BOS>", example = "a") @JsonProperty("char")
                String symbol,
        @Schema(description = "nEmbd numbers") double[] embedding) {

    public static List<EmbeddingReply> of(List<TokenEmbedding> embeddings) {
        return embeddings.stream()
                .map(e -> new EmbeddingReply(e.tokenId(), e.symbol(), e.embedding()))
                .toList();
    }
}
