package dev.microgpt.store;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.unit.DataSize;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/// The command `copy-store --from STORE --to STORE`, which copies all sessions and stored responses from one
/// store to another, empty one, instead of starting the service. A store is a data directory or the URL of a
/// PostgreSQL database. No service may use either meanwhile.
public final class CopyStoreCommand {

    private static final String COMMAND = "copy-store";
    private static final String USAGE =
            "copy-store --from STORE --to STORE, where STORE is a data directory or a URL such as"
                    + " jdbc:postgresql://host/database?user=name";

    private record Stores(String from, String to) {

        static Stores parse(String... args) {
            Map<String, String> options = new TreeMap<>();
            for (int i = 1; i < args.length; i++) {
                String[] parts = args[i].split("=", 2);
                boolean hasValue = parts.length == 2 || i + 1 < args.length;
                String value = parts.length == 2 ? parts[1] : hasValue ? args[++i] : "";
                if (!hasValue || options.put(parts[0], value) != null) {
                    throw new IllegalArgumentException(
                            "unexpected argument '%s': %s".formatted(args[i], USAGE));
                }
            }
            String from = options.remove("--from");
            String to = options.remove("--to");
            if (from == null || to == null || !options.isEmpty()) {
                throw new IllegalArgumentException(
                        "copy-store needs --from and --to and nothing else: " + USAGE);
            }
            return new Stores(from, to);
        }

        /// Checks that there is a store to copy, as opening one would create it.
        void requireSource() {
            if (from.equals(to)) {
                throw new IllegalArgumentException("--from and --to are both " + from);
            }
            if (isUrl(from)) {
                return;
            }
            Path directory = Path.of(from);
            if (Files.isRegularFile(directory)) {
                throw new IllegalArgumentException(
                        "--from %s is a file, but must be the directory that it is in"
                                .formatted(from));
            }
            if (!Files.exists(directory.resolve(DataDirectory.DATABASE))) {
                throw new IllegalArgumentException(
                        "there is no store in --from %s: it has no file %s"
                                .formatted(from, DataDirectory.DATABASE));
            }
        }

        static boolean isUrl(String store) {
            return store.startsWith("jdbc:");
        }
    }

    private CopyStoreCommand() {}

    /// Returns whether the arguments are those of this command.
    public static boolean matches(String... args) {
        return args.length > 0 && args[0].equals(COMMAND);
    }

    /// Copies a store and prints what was copied, or why it could not be.
    ///
    /// @return whether it was copied
    public static boolean run(PrintStream out, String... args) {
        LoggingSystem.get(CopyStoreCommand.class.getClassLoader())
                .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
        try {
            Stores stores = Stores.parse(args);
            stores.requireSource();
            try (Database from = open(stores.from);
                    Database to = open(stores.to)) {
                Map<String, StoreCopy.Copied> copied = StoreCopy.copy(from.source(), to.source());
                out.println("Copied " + from.description() + " to " + to.description());
                copied.forEach(
                        (table, of) ->
                                out.printf(
                                        "    %-9s %,9d rows, SHA-256 %s%n",
                                        table, of.rows(), of.digest()));
            }
            return true;
        } catch (StoreException e) {
            out.println(e.getMessage());
            out.println(e.action());
            return false;
        } catch (IllegalArgumentException | IllegalStateException | SQLException e) {
            out.println(e.getMessage());
            return false;
        }
    }

    private static Database open(String store) {
        return new StoreSettings(
                        Path.of(Stores.isUrl(store) ? "." : store),
                        new StoreSettings.Store(
                                true,
                                Stores.isUrl(store) ? store : "",
                                "",
                                "",
                                StoreSettings.Sync.POWER,
                                DataSize.ofTerabytes(4)))
                .open(false);
    }
}
