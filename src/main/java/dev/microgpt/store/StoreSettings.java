package dev.microgpt.store;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import java.nio.file.Path;

/// Settings of the store, under `microgpt`.
///
/// @param dataDir the directory of a SQLite store, which no other process may use
/// @param store the settings under `microgpt.store`
@ConfigurationProperties("microgpt")
record StoreSettings(@DefaultValue("data") Path dataDir, @DefaultValue Store store) {

    /// Opens the database: PostgreSQL if there is a URL, otherwise SQLite.
    ///
    /// @throws StoreException if it cannot be used
    ///
    /// @param isShared whether the nodes of a cluster share it, which takes PostgreSQL
    Database open(boolean isShared) {
        return store.url.isEmpty()
                ? new SqliteDatabase(dataDir, store)
                : new PostgresDatabase(store.url, store.username, store.password, isShared);
    }

    /// @param enabled whether sessions are persisted; otherwise they end with the process
    /// @param url of a PostgreSQL database, such as `jdbc:postgresql://host/database`; empty for SQLite in the
    ///     data directory
    /// @param username of that database; empty for the driver's default
    /// @param password of that database; empty for none or that of the driver's password file
    /// @param sync what the change of an acknowledged call survives, in a SQLite database
    /// @param maxSize the size at which a SQLite database counts as full
    record Store(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("") String url,
            @DefaultValue("") String username,
            @DefaultValue("") String password,
            @DefaultValue("process") Sync sync,
            @DefaultValue("100GB") DataSize maxSize) {}

    enum Sync {
        /// The end of the process, including a crash.
        PROCESS,
        /// A power failure as well: each commit waits for the disk.
        POWER
    }
}
