package dev.microgpt.store;

import dev.microgpt.engine.LossHistory;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The table of the newest losses of each session, one value per step, in chunks of 4096 steps. Each
/// snapshot extends the last chunk.
final class LossTable {

    private static final int CHUNK = 4096;

    /// Losses that are retained: as many as a [LossHistory] may hold, and a chunk more.
    private static final long RETAINED = LossHistory.EXACT + 2L * CHUNK;

    private final JdbcClient jdbc;

    LossTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private Optional<LossHistory.Segment> lastChunk(long epoch) {
        return jdbc.sql(
                        "SELECT first, losses FROM loss WHERE epoch = ? ORDER BY first DESC LIMIT 1")
                .param(epoch)
                .query((row, _) -> chunk(row))
                .optional();
    }

    private static LossHistory.Segment chunk(ResultSet row) throws SQLException {
        long first = row.getLong("first");
        byte[] losses = row.getBytes("losses");
        return DamagedException.withLocation(
                "the losses from step " + first,
                () -> new LossHistory.Segment(first, PackedNumbers.doubles(losses)));
    }

    /// Appends losses and deletes those that are no longer retained.
    ///
    /// @param added the losses since the stored ones, or from a later step on if there were too many
    void append(long epoch, LossHistory.Segment added) {
        LossHistory.Segment joined = lastChunk(epoch).map(last -> join(last, added)).orElse(added);
        double[] losses = joined.losses();
        for (int i = 0; i < losses.length; i += CHUNK) {
            double[] chunk = Arrays.copyOfRange(losses, i, Math.min(losses.length, i + CHUNK));
            jdbc.sql(
                            """
                            INSERT INTO loss (epoch, first, losses) VALUES (?, ?, ?)
                            ON CONFLICT (epoch, first) DO UPDATE SET losses = excluded.losses""")
                    .params(epoch, joined.from() + i, PackedNumbers.ofDoubles(chunk))
                    .update();
        }
        jdbc.sql("DELETE FROM loss WHERE epoch = ? AND first < ?")
                .params(epoch, added.from() + added.losses().length - RETAINED)
                .update();
    }

    /// Returns both together, or only the added ones if the last chunk is full or does not adjoin them.
    private static LossHistory.Segment join(LossHistory.Segment last, LossHistory.Segment added) {
        int length = last.losses().length;
        if (length == CHUNK || last.from() + length != added.from()) {
            return added;
        }
        double[] losses = Arrays.copyOf(last.losses(), length + added.losses().length);
        System.arraycopy(added.losses(), 0, losses, length, added.losses().length);
        return new LossHistory.Segment(last.from(), losses);
    }

    /// Returns the newest losses, back to the last gap.
    LossHistory.Segment load(long epoch) {
        List<LossHistory.Segment> chunks =
                jdbc.sql("SELECT first, losses FROM loss WHERE epoch = ? ORDER BY first")
                        .param(epoch)
                        .query((row, _) -> chunk(row))
                        .list();
        List<LossHistory.Segment> newest = new ArrayList<>();
        int length = 0;
        for (LossHistory.Segment chunk : chunks) {
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
        for (LossHistory.Segment chunk : newest) {
            System.arraycopy(chunk.losses(), 0, losses, position, chunk.losses().length);
            position += chunk.losses().length;
        }
        return new LossHistory.Segment(newest.isEmpty() ? 1 : newest.getFirst().from(), losses);
    }
}
