package dev.microgpt.live;

import dev.microgpt.engine.LossHistory;

import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.function.Supplier;

/// Caches JSON texts for the watchers of a session, so that each value is serialized once for all of them.
/// Evicts the oldest text first. Thread-safe.
///
/// A map instead of Caffeine, which would keep the texts that were read most in place of new ones, while here an
/// old text is never read again.
final class TextCache {

    /// Longer texts are not cached.
    private static final int MAX_CHARS = 1 << 22;

    /// The steps `from` to `to` of a history.
    record Range(LossHistory losses, long from, long to) {}

    private final JsonMapper json;
    private final int capacity;
    private final LinkedHashMap<Record, String> texts = new LinkedHashMap<>(); // oldest first

    /// @param capacity the maximum number of texts
    TextCache(JsonMapper json, int capacity) {
        this.json = json;
        this.capacity = capacity;
    }

    /// Returns the JSON of a value, which is serialized under the lock if it is not cached.
    ///
    /// @param key identifies the value
    synchronized String get(Record key, Supplier<?> value) {
        String text = texts.get(key);
        if (text == null) {
            text = json.writeValueAsString(value.get());
            if (text.length() <= MAX_CHARS) {
                texts.put(key, text);
            }
            if (texts.size() > capacity) {
                texts.pollFirstEntry();
            }
        }
        return text;
    }
}
