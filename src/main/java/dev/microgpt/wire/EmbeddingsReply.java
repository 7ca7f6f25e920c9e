package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonValue;

import dev.microgpt.engine.TokenEmbedding;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The rows of the token embedding matrix, in the order of the token ids. In CSV, the numbers of an embedding have the
/// columns `embedding0`, `embedding1` and so on.
public record EmbeddingsReply(@JsonValue List<EmbeddingReply> rows) implements CsvTable {

    public static EmbeddingsReply of(List<TokenEmbedding> embeddings) {
        return new EmbeddingsReply(EmbeddingReply.of(embeddings));
    }

    @Override
    public List<String> csvColumns() {
        List<String> columns = new ArrayList<>(List.of("tokenId", "char"));
        int width = rows.isEmpty() ? 0 : rows.getFirst().embedding().length;
        for (int i = 0; i < width; i++) {
            columns.add("embedding" + i);
        }
        return columns;
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return rows.stream()
                .map(
                        row -> {
                            List<@Nullable Object> cells = new ArrayList<>();
                            cells.add(row.tokenId());
                            cells.add(row.symbol());
                            for (double number : row.embedding()) {
                                cells.add(number);
                            }
                            return cells;
                        });
    }
}
