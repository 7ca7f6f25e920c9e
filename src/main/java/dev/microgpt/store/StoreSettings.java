package dev.microgpt.store;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import java.nio.file.Path;

/// Settings of the store, under `microgpt`.
///
/// @param dataDir the directory of the store, which no other process may use
/// @param store the settings under `microgpt.store`
@ConfigurationProperties("microgpt")
record StoreSettings(@DefaultValue("data") Path dataDir, @DefaultValue Store store) {

    /// @param enabled whether sessions are persisted; otherwise they end with the process
    /// @param sync what the change of an acknowledged call survives
    /// @param maxSize the maximum size of the database, at which it counts as full
    record Store(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("process") Sync sync,
            @DefaultValue("100GB") DataSize maxSize) {}

    enum Sync {
        /// The end of the process, including a crash.
        PROCESS,
        /// A power failure as well: each commit waits for the disk.
        POWER
    }
}
