package dev.microgpt.live;

import dev.microgpt.engine.LossHistory;

import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.function.Supplier;

/// The newest of the texts that were written for the watchers of a session, so that each is written
/// once, however many of them it is for.
final class TextCache {

    /// A longer text is not kept.
    private static final int MAX_CHARS = 1 << 22;

    /// What a text is about: steps `from` to `to` of a history.
    record Range(LossHistory losses, long from, long to) {}

    private final JsonMapper json;
    private final int capacity;
    private final LinkedHashMap<Record, String> texts = new LinkedHashMap<>(); // oldest first

    /// @param capacity so many texts are kept
    TextCache(JsonMapper json, int capacity) {
        this.json = json;
        this.capacity = capacity;
    }

    /// The text of a value; whoever else wants it meanwhile waits for it.
    ///
    /// @param key what the value depends on
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
