package dev.microgpt.store;

import dev.microgpt.checkpoint.Sha256;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

import javax.sql.DataSource;

/// Copies the rows of a store into another, empty one, of the same kind of database or of another.
///
/// Reads the copy again before it commits, and compares the digests of both: it is complete or it is not there.
final class StoreCopy {

    /// The tables that have rows of the store, those that others refer to first.
    private static final List<Table> TABLES =
            List.of(
                    new Table("counter", "name"),
                    new Table("document", "digest"),
                    new Table("session", "epoch"),
                    new Table("share", "id"),
                    new Table("continuation", "epoch, number"),
                    new Table("save", "epoch"),
                    new Table("keyframe", "epoch, step"),
                    new Table("loss", "epoch, first"),
                    new Table("change", "epoch, number"),
                    new Table("answer", "key"),
                    new Table("sweep", "id"),
                    new Table("trial", "sweep, number"));

    /// Rows that a database server sends at once. A row may have 100 MB.
    private static final int FETCH_ROWS = 4;

    private record Table(String name, String key) {

        String query(List<String> columns) {
            return "SELECT %s FROM %s ORDER BY %s".formatted(String.join(", ", columns), name, key);
        }

        String insert(List<String> columns) {
            return "INSERT INTO %s (%s) VALUES (%s)"
                    .formatted(
                            name,
                            String.join(", ", columns),
                            String.join(", ", columns.stream().map(_ -> "?").toList()));
        }
    }

    /// What was copied of a table.
    ///
    /// @param rows number of rows
    /// @param digest SHA-256 of their values, in the order of the key
    record Copied(long rows, String digest) {}

    /// Takes the values of a row.
    private interface RowConsumer {

        void accept(@Nullable Object[] values) throws SQLException;
    }

    private StoreCopy() {}

    /// Copies all rows.
    ///
    /// @return what was copied, by table
    /// @throws IllegalStateException if the target is not empty, or what it holds afterwards is not what was
    ///     written; it is unchanged then
    static Map<String, Copied> copy(DataSource from, DataSource to) throws SQLException {
        try (Connection source = begin(from);
                Connection target = begin(to)) {
            try {
                requireEmpty(target);
                Map<String, Copied> copied = new LinkedHashMap<>();
                for (Table table : TABLES) {
                    copied.put(table.name, copy(table, source, target));
                }
                target.commit();
                return copied;
            } finally {
                target.rollback(); // nothing if it was committed
                source.rollback();
            }
        }
    }

    /// Returns the number of rows and the digest of each table.
    static Map<String, Copied> read(DataSource database) throws SQLException {
        try (Connection connection = begin(database)) {
            try {
                Map<String, Copied> all = new LinkedHashMap<>();
                for (Table table : TABLES) {
                    all.put(
                            table.name,
                            read(table, columns(table, connection), connection, _ -> {}));
                }
                return all;
            } finally {
                connection.rollback();
            }
        }
    }

    /// Begins a transaction that sees the database as it is now, and may take as long as the copy.
    private static Connection begin(DataSource source) throws SQLException {
        Connection connection = source.getConnection();
        connection.setAutoCommit(false);
        if (connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL statement_timeout = 0");
                statement.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
            }
        }
        return connection;
    }

    private static void requireEmpty(Connection target) throws SQLException {
        for (String table : List.of("session", "document", "answer", "sweep")) {
            try (Statement statement = target.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
                if (rows.next()) {
                    throw new IllegalStateException(
                            "the target is not empty: its table '%s' has rows".formatted(table));
                }
            }
        }
        try (Statement statement = target.createStatement()) {
            statement.executeUpdate("DELETE FROM counter");
        }
    }

    private static Copied copy(Table table, Connection source, Connection target)
            throws SQLException {
        List<String> columns = columns(table, source);
        if (!columns.equals(columns(table, target))) {
            throw new IllegalStateException(
                    "the table '%s' has the columns %s in one database and %s in the other"
                            .formatted(table.name, columns, columns(table, target)));
        }
        Copied copied;
        try (PreparedStatement insert = target.prepareStatement(table.insert(columns))) {
            copied = read(table, columns, source, values -> insert(values, insert));
        }
        Copied read = read(table, columns, target, _ -> {});
        if (!read.equals(copied)) {
            throw new IllegalStateException(
                    "the table '%s' was written as %s but is read as %s"
                            .formatted(table.name, copied, read));
        }
        return copied;
    }

    private static void insert(@Nullable Object[] values, PreparedStatement insert)
            throws SQLException {
        for (int i = 0; i < values.length; i++) {
            insert.setObject(i + 1, values[i]);
        }
        insert.executeUpdate();
    }

    private static Copied read(
            Table table, List<String> columns, Connection connection, RowConsumer consumer)
            throws SQLException {
        Digest digest = new Digest();
        @Nullable Object[] values = new @Nullable Object[columns.size()];
        try (Statement query = connection.createStatement()) {
            query.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = query.executeQuery(table.query(columns))) {
                while (rows.next()) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = rows.getObject(i + 1);
                    }
                    digest.add(values);
                    consumer.accept(values);
                }
            }
        }
        return digest.copied();
    }

    private static List<String> columns(Table table, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet none =
                        statement.executeQuery("SELECT * FROM " + table.name + " LIMIT 0")) {
            TreeSet<String> names = new TreeSet<>();
            for (int i = 1; i <= none.getMetaData().getColumnCount(); i++) {
                names.add(none.getMetaData().getColumnName(i).toLowerCase(Locale.ROOT));
            }
            return new ArrayList<>(names);
        }
    }

    /// The digest of the rows of a table. Each value is preceded by its kind and its length.
    private static final class Digest {

        private final MessageDigest sha256 = Sha256.create();
        private long rows;

        void add(@Nullable Object[] row) {
            for (Object value : row) {
                addValue(value);
            }
            rows++;
        }

        private void addValue(@Nullable Object value) {
            switch (value) {
                case null -> add('0', new byte[0]);
                case Number number ->
                        add(
                                'n',
                                ByteBuffer.allocate(Long.BYTES)
                                        .putLong(number.longValue())
                                        .array());
                case byte[] bytes -> add('b', bytes);
                default -> add('t', value.toString().getBytes(StandardCharsets.UTF_8));
            }
        }

        private void add(char kind, byte[] bytes) {
            sha256.update((byte) kind);
            sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            sha256.update(bytes);
        }

        Copied copied() {
            return new Copied(rows, Sha256.digits(sha256));
        }
    }
}
