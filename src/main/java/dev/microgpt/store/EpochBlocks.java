package dev.microgpt.store;

import org.springframework.jdbc.core.simple.JdbcClient;

/// Numbers of epochs of a database that several processes may share: each takes them from the database in blocks.
/// Thread-safe.
final class EpochBlocks {

    private static final int SIZE = 1000;

    private final JdbcClient jdbc;
    private long last;
    private long end; // of the block, inclusive

    EpochBlocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    synchronized long next() {
        if (last == end) {
            end =
                    jdbc.sql(
                                    "UPDATE counter SET value = value + ? WHERE name = 'epoch' RETURNING value")
                            .param(SIZE)
                            .query(Long.class)
                            .single();
            last = end - SIZE;
        }
        return ++last;
    }

    /// Takes a new block next time, so that the numbers are larger than all that other processes have used so far.
    synchronized void discard() {
        last = end;
    }
}
