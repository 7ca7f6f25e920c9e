package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The newest losses of sessions one by one, in chunks: with a save, the last chunk grows.
final class LossTable {

    private static final int CHUNK = 4096;

    /// What a [LossHistory] may hold, and a chunk more.
    private static final long KEPT = LossHistory.EXACT + 2L * CHUNK;

    private final JdbcClient jdbc;

    LossTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private Optional<LossHistory.Run> lastChunk(long epoch) {
        return jdbc.sql(
                        "SELECT first, losses FROM loss WHERE epoch = ? ORDER BY first DESC LIMIT 1")
                .param(epoch)
                .query((row, _) -> chunk(row))
                .optional();
    }

    private static LossHistory.Run chunk(ResultSet row) throws SQLException {
        long first = row.getLong("first");
        byte[] losses = row.getBytes("losses");
        return DamagedException.in(
                "the losses from step " + first,
                () -> new LossHistory.Run(first, PackedNumbers.doubles(losses)));
    }

    /// @param added those since the last ones, or from a later step on if there were too many
    void append(long epoch, LossHistory.Run added) {
        LossHistory.Run run = lastChunk(epoch).map(last -> joined(last, added)).orElse(added);
        double[] losses = run.losses();
        for (int i = 0; i < losses.length; i += CHUNK) {
            double[] chunk = Arrays.copyOfRange(losses, i, Math.min(losses.length, i + CHUNK));
            jdbc.sql(
                            """
                            INSERT INTO loss (epoch, first, losses) VALUES (?, ?, ?)
                            ON CONFLICT (epoch, first) DO UPDATE SET losses = excluded.losses""")
                    .params(epoch, run.from() + i, PackedNumbers.ofDoubles(chunk))
                    .update();
        }
        jdbc.sql("DELETE FROM loss WHERE epoch = ? AND first < ?")
                .params(epoch, added.from() + added.losses().length - KEPT)
                .update();
    }

    private static LossHistory.Run joined(LossHistory.Run last, LossHistory.Run added) {
        int length = last.losses().length;
        if (length == CHUNK || last.from() + length != added.from()) {
            return added;
        }
        double[] losses = Arrays.copyOf(last.losses(), length + added.losses().length);
        System.arraycopy(added.losses(), 0, losses, length, added.losses().length);
        return new LossHistory.Run(last.from(), losses);
    }

    /// The newest losses without a gap.
    LossHistory.Run load(long epoch) {
        List<LossHistory.Run> chunks =
                jdbc.sql("SELECT first, losses FROM loss WHERE epoch = ? ORDER BY first")
                        .param(epoch)
                        .query((row, _) -> chunk(row))
                        .list();
        List<LossHistory.Run> newest = new ArrayList<>();
        int length = 0;
        for (LossHistory.Run chunk : chunks) {
            if (!newest.isEmpty()
                    && newest.getLast().from() + newest.getLast().losses().length != chunk.from()) {
                newest.clear();
                length = 0;
            }
            newest.add(chunk);
            length += chunk.losses().length;
        }
        double[] losses = new double[length];
        int position = 0;
        for (LossHistory.Run chunk : newest) {
            System.arraycopy(chunk.losses(), 0, losses, position, chunk.losses().length);
            position += chunk.losses().length;
        }
        return new LossHistory.Run(newest.isEmpty() ? 1 : newest.getFirst().from(), losses);
    }
}
