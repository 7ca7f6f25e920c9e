package dev.microgpt.store;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.unit.DataSize;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The command `copy-store --from STORE --to STORE`, which copies all sessions and stored responses from one
/// store to another, empty one, instead of starting the service. A store is a data directory or the URL of a
/// PostgreSQL database. No service may use either meanwhile.
public final class CopyStoreCommand {

    private static final String COMMAND = "copy-store";
    private static final String USAGE =
            "copy-store --from STORE --to STORE, where STORE is a data directory or a URL such as"
                    + " jdbc:postgresql://host/database?user=name";

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
            Map<String, String> options = options(args);
            try (Database from = open(options.get("--from"));
                    Database to = open(options.get("--to"))) {
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

    private static Map<String, String> options(String... args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            if (parts.length == 1 && i + 1 < args.length) {
                parts = new String[] {args[i], args[++i]};
            }
            if (parts.length == 1 || options.put(parts[0], parts[1]) != null) {
                throw new IllegalArgumentException(
                        "unexpected argument '%s': %s".formatted(args[i], USAGE));
            }
        }
        if (!options.keySet().equals(Set.of("--from", "--to"))) {
            throw new IllegalArgumentException(
                    "copy-store needs --from and --to, but got %s: %s"
                            .formatted(options.keySet().stream().sorted().toList(), USAGE));
        }
        return options;
    }

    private static Database open(String store) {
        return new StoreSettings(
                        Path.of(store.startsWith("jdbc:") ? "." : store),
                        new StoreSettings.Store(
                                true,
                                store.startsWith("jdbc:") ? store : "",
                                "",
                                "",
                                StoreSettings.Sync.POWER,
                                DataSize.ofTerabytes(4)))
                .open();
    }
}
