package dev.microgpt.store;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import java.nio.file.Path;

/// Where and how sessions are kept, under `microgpt`.
///
/// @param dataDir a directory for this service alone
/// @param store how
@ConfigurationProperties("microgpt")
record StoreSettings(@DefaultValue("data") Path dataDir, @DefaultValue Store store) {

    /// @param enabled whether sessions are kept at all; otherwise they end with the process
    /// @param sync what an answered call survives
    /// @param maxSize how large the database may become; beyond it, it is full
    record Store(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("process") Sync sync,
            @DefaultValue("100GB") DataSize maxSize) {}

    enum Sync {
        /// The end of the process, also a sudden one.
        PROCESS,
        /// A power cut as well: each commit waits for the disk.
        POWER
    }
}
