package dev.microgpt.store;

import com.zaxxer.hikari.HikariDataSource;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.PartitionStore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Properties;

import javax.sql.DataSource;

/// A database of a PostgreSQL server, version 15 or newer.
///
/// An advisory lock, held by a connection of its own, keeps a second service from using the database by mistake.
/// It is lost with its connection; what keeps two services apart for certain is [Ownership].
final class PostgresDatabase implements Database {

    private static final Logger log = LoggerFactory.getLogger(PostgresDatabase.class);

    /// One writes; the others rehydrate sessions.
    private static final int CONNECTIONS = 4;

    private static final int MIN_VERSION = 15;
    private static final long LOCK_KEY = 0x6d6963726f677074L; // "microgpt"

    /// Longer than it takes the server to notice that the host of a previous service is gone.
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(20);

    private static final Duration LOCK_RETRY = Duration.ofMillis(500);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    /// How long the server waits: for a client in a transaction, which blocks others, and for one that does not
    /// respond at all.
    private static final String SERVER_TIMEOUTS =
            "-c idle_in_transaction_session_timeout=5s -c statement_timeout=30s -c lock_timeout=10s"
                    + " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
                    + " -c tcp_user_timeout=10s";

    private final String url;
    private final HikariDataSource pool = new HikariDataSource();
    private final Connection lock;
    private final JdbcClient jdbc = JdbcClient.create(pool);
    private final PostgresErrors errors = new PostgresErrors();
    private final Ownership ownership = new Ownership(jdbc);
    private final boolean isShared;

    /// Opens the database, and creates the tables if there are none.
    ///
    /// @param url such as `jdbc:postgresql://host/database`
    /// @param username empty for the driver's default
    /// @param password empty for none or that of the driver's password file
    /// @param isShared whether the nodes of a cluster share it; otherwise all sessions belong to this process
    /// @throws StoreException if the database cannot be used, or another service uses it
    PostgresDatabase(String url, String username, String password, boolean isShared) {
        this(url, username, password, isShared, LOCK_TIMEOUT);
    }

    /// @param lockTimeout how long to wait for another service to end
    PostgresDatabase(
            String url, String username, String password, boolean isShared, Duration lockTimeout) {
        this.url = url;
        this.isShared = isShared;
        Properties properties = properties();
        if (!username.isEmpty()) {
            properties.setProperty("user", username);
        }
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        lock = connect(url, properties);
        try {
            requireSupported();
            acquireLock(lockTimeout);
            openPool(properties);
            Migrations.migrate(pool, Migrations.POSTGRESQL);
            new ContentCheck(jdbc).requireOptions();
            if (!isShared) {
                ownership.claimAll();
            }
        } catch (SQLException | DataAccessException | DamagedException e) {
            close();
            throw unusable(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "microgpt-server");
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("loginTimeout", "5");
        properties.setProperty("socketTimeout", "40");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("options", SERVER_TIMEOUTS);
        return properties;
    }

    private Connection connect(String url, Properties properties) {
        try {
            return DriverManager.getConnection(url, properties);
        } catch (SQLException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    private StoreException unusable(String reason) {
        return new StoreException(
                "the database %s cannot be used: %s".formatted(description(), reason),
                "Check microgpt.store.url, microgpt.store.username and microgpt.store.password, and that the"
                        + " server accepts connections. To store sessions in a file instead, leave"
                        + " microgpt.store.url out.");
    }

    private void requireSupported() throws SQLException {
        int version = lock.getMetaData().getDatabaseMajorVersion();
        if (version < MIN_VERSION) {
            throw unusable(
                    "it is PostgreSQL %d, and %d or newer is needed"
                            .formatted(version, MIN_VERSION));
        }
        try (PreparedStatement query = lock.prepareStatement("SHOW server_encoding");
                ResultSet row = query.executeQuery()) {
            if (row.next() && !row.getString(1).equals("UTF8")) {
                throw unusable(
                        "its encoding is %s, and UTF8 is needed".formatted(row.getString(1)));
            }
        }
    }

    private void acquireLock(Duration timeout) throws SQLException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!tryLock()) {
            if (System.nanoTime() - end > 0) {
                throw new StoreException(
                        "the database %s is in use by another service".formatted(description()),
                        "Stop the other service, or set microgpt.store.url to another database. Nodes of a"
                                + " cluster can share one: see microgpt.cluster.enabled.");
            }
            try {
                Thread.sleep(LOCK_RETRY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private boolean tryLock() throws SQLException {
        String function = isShared ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
        try (PreparedStatement query = lock.prepareStatement("SELECT " + function + "(?)")) {
            query.setLong(1, LOCK_KEY);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void openPool(Properties properties) {
        pool.setPoolName("store");
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        pool.setValidationTimeout(Duration.ofSeconds(2).toMillis());
        pool.setJdbcUrl(url);
        pool.setDataSourceProperties(properties);
    }

    @Override
    public DataSource source() {
        return pool;
    }

    @Override
    public Transactions transactions() {
        return new PostgresTransactions(pool, ownership);
    }

    @Override
    public @Nullable PartitionStore partitions() {
        return isShared ? ownership : null;
    }

    @Override
    public Holding holding(SessionId id) {
        return new Holding(id, ownership.token(id));
    }

    @Override
    public long nextEpoch() {
        return ownership.nextEpoch();
    }

    @Override
    public WriteErrors errors() {
        return errors;
    }

    @Override
    public SpaceReserve reserve() {
        return SpaceReserve.NONE;
    }

    @Override
    public boolean isUsable() {
        try {
            return ownership.areAllHeld() || isShared;
        } catch (DataAccessException e) {
            log.warn("The store cannot be read: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public double bytes() {
        try {
            return jdbc.sql("SELECT pg_database_size(current_database())")
                    .query(Long.class)
                    .single();
        } catch (DataAccessException e) {
            log.debug("The size of the database is not known: {}", e.getMessage());
            return Double.NaN;
        }
    }

    /// {@inheritDoc} It is the server's to limit.
    @Override
    public OptionalLong maxBytes() {
        return OptionalLong.empty();
    }

    /// {@inheritDoc} The parameters of the URL may contain a password.
    @Override
    public String description() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public void close() {
        pool.close();
        try {
            lock.close();
        } catch (SQLException e) {
            log.debug("The connection with the lock could not be closed: {}", e.getMessage());
        }
    }
}
