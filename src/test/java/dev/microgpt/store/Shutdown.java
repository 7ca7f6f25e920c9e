package dev.microgpt.store;

import dev.microgpt.support.LocalService;

import java.nio.file.Path;

/// The ways in which a service ends.
enum Shutdown {
    /// The service takes a snapshot of every session first.
    ORDERLY,
    /// The process ends at once: only what it has written so far is left.
    ABRUPT;

    static Path data(Path directory) {
        return directory.resolve("data");
    }

    /// Stops a service and starts another one with its data.
    ///
    /// @param store where the data is
    /// @param directory the parent of the data directory
    LocalService restart(
            TestStore store, LocalService service, Path directory, String... settings) {
        if (this == ORDERLY) {
            service.close();
            return store.start(data(directory), settings);
        }
        Path copy = directory.resolve("copy");
        store.copy(data(directory), copy);
        service.close();
        return store.start(copy, settings);
    }
}
