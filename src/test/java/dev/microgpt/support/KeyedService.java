package dev.microgpt.support;

import dev.microgpt.access.NewKeyCommand;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A service that requires API keys. Alice, Bob and Carol have one each.
public final class KeyedService implements AutoCloseable {

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final LocalService service;

    public KeyedService(Path data, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        for (String name : List.of("alice", "bob", "carol")) {
            NewKey created = createKey(name);
            keys.put(name, created.key());
            all.add("--" + created.setting());
        }
        service = LocalService.start(data, all.toArray(String[]::new));
    }

    /// A key, and the setting that admits it.
    public record NewKey(String key, String setting) {}

    /// Creates a key with the command that an operator uses.
    public static NewKey createKey(String name) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        NewKeyCommand.run(new PrintStream(printed, true, StandardCharsets.UTF_8), "new-key", name);
        List<String> indented =
                printed.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("    "))
                        .map(String::strip)
                        .toList();
        return new NewKey(indented.get(0), indented.get(1));
    }

    public LocalService service() {
        return service;
    }

    public int port() {
        return service.api().port();
    }

    public String key(String name) {
        return Objects.requireNonNull(keys.get(name), name);
    }

    public String aliceKey() {
        return key("alice");
    }

    /// Returns a client without a key.
    public Api stranger() {
        return service.api();
    }

    public Api alice() {
        return as("alice");
    }

    public Api bob() {
        return as("bob");
    }

    public Api carol() {
        return as("carol");
    }

    private Api as(String name) {
        return service.api().withKey(key(name));
    }

    @Override
    public void close() {
        service.close();
    }
}
