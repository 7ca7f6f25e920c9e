package dev.microgpt.store;

import com.zaxxer.hikari.HikariDataSource;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.PartitionStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

/// A database of SQLite, in a file of a directory that this process has locked.
final class SqliteDatabase implements Database {

    private static final Logger log = LoggerFactory.getLogger(SqliteDatabase.class);

    private static final int PAGE_BYTES = 4096;
    private static final int LOCK_TIMEOUT_MILLIS = 10_000;

    /// One writes; the others rehydrate sessions.
    private static final int CONNECTIONS = 4;

    private final DataDirectory directory;
    private final Path file;
    private final long maxBytes;
    private final HikariDataSource pool;
    private final SQLiteDataSource readOnly;
    private final SqliteErrors errors = new SqliteErrors();
    private final SpaceReserve reserve;
    private final AtomicLong epoch;

    /// Opens the database, or creates it.
    ///
    /// @throws StoreException if the directory is not writable or in use by another process, or the database is
    ///     damaged
    SqliteDatabase(Path dataDir, StoreSettings.Store settings) {
        directory = new DataDirectory(dataDir);
        file = directory.database();
        maxBytes = settings.maxSize().toBytes();
        pool = new HikariDataSource(); // opens no connection before the first use
        pool.setPoolName("store");
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(1);
        pool.setDataSource(source(file, settings));
        readOnly = readOnly(file);
        JdbcClient jdbc = JdbcClient.create(pool);
        try {
            new SqliteCheck(file, jdbc).requireIntact();
            Migrations.migrate(pool, Migrations.SQLITE);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        reserve = new DiskReserve(dataDir, jdbc, errors);
        epoch =
                new AtomicLong(
                        jdbc.sql("SELECT value FROM counter WHERE name = 'epoch'")
                                .query(Long.class)
                                .single());
    }

    private static SQLiteDataSource source(Path file, StoreSettings.Store settings) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(
                switch (settings.sync()) {
                    case PROCESS -> SQLiteConfig.SynchronousMode.NORMAL;
                    case POWER -> SQLiteConfig.SynchronousMode.FULL;
                });
        long pages = settings.maxSize().toBytes() / PAGE_BYTES;
        config.setPageSize(PAGE_BYTES);
        config.setMaxPageCount((int) Math.min(Integer.MAX_VALUE, pages));
        config.enforceForeignKeys(true);
        config.setBusyTimeout(LOCK_TIMEOUT_MILLIS);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static SQLiteDataSource readOnly(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    @Override
    public DataSource source() {
        return pool;
    }

    @Override
    public Transactions transactions() {
        TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(pool));
        return new Transactions() {

            @Override
            public void run(Set<Holding> sessions, Runnable action) {
                template.executeWithoutResult(_ -> action.run());
            }

            @Override
            public boolean wasCommitted() {
                throw new IllegalStateException("there is no connection to lose");
            }

            @Override
            public void requireExclusive() {
                // the directory is locked
            }

            @Override
            public void lockQuotas() {
                // there are no other processes
            }

            @Override
            public void lock(SessionId id) {
                // there are no other processes
            }
        };
    }

    @Override
    public @Nullable PartitionStore partitions() {
        return null;
    }

    @Override
    public Holding holding(SessionId id) {
        return new Holding(id, 0); // it has no other owner
    }

    @Override
    public long nextEpoch() {
        return epoch.incrementAndGet();
    }

    @Override
    public WriteErrors errors() {
        return errors;
    }

    @Override
    public SpaceReserve reserve() {
        return reserve;
    }

    /// {@inheritDoc}
    ///
    /// Opens a connection of its own, since pooled ones might answer from their page cache. It does not open the
    /// file directly: closing it would release SQLite's locks on it, and another process that makes a copy could
    /// then take the database for unused.
    @Override
    public boolean isUsable() {
        try (Connection connection = readOnly.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT value FROM counter").close();
            return true;
        } catch (SQLException e) {
            log.warn("The store cannot be read: {}", e.getMessage());
            return false;
        }
    }

    /// {@inheritDoc} Includes the write-ahead log.
    @Override
    public double bytes() {
        return size(file) + size(file.resolveSibling(file.getFileName() + "-wal"));
    }

    private static double size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0; // after a clean shutdown there is no log
        }
    }

    @Override
    public OptionalLong maxBytes() {
        return OptionalLong.of(maxBytes);
    }

    @Override
    public String description() {
        return file.toString();
    }

    @Override
    public void close() {
        try (directory) {
            pool.close();
        }
    }
}
