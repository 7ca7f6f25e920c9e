package dev.microgpt.store;

import dev.microgpt.support.LocalService;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

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
    /// @param directory the parent of the data directory
    LocalService restart(LocalService service, Path directory, String... settings) {
        if (this == ORDERLY) {
            service.close();
            return LocalService.start(data(directory), settings);
        }
        Path copy = directory.resolve("copy");
        copy(data(directory), copy);
        service.close();
        return LocalService.start(copy, settings);
    }

    /// Copies a database as another process sees it at this moment.
    static void copy(Path data, Path copy) {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("microgpt.db"));
                Statement statement = connection.createStatement()) {
            Files.createDirectories(copy);
            statement.execute("VACUUM INTO '%s'".formatted(copy.resolve("microgpt.db")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
