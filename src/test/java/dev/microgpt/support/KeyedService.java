package dev.microgpt.support;

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
            all.add("--" + createKey(name));
        }
        service = LocalService.start(data, all.toArray(String[]::new));
    }

    /// Creates a key.
    ///
    /// @return the setting that admits the key
    private String createKey(String name) {
        NewKey key = NewKey.of(name);
        keys.put(name, key.text());
        return key.setting();
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
