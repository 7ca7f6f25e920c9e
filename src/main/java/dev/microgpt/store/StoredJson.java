package dev.microgpt.store;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

/// The JSON of the database. It is made of records of this package alone, whose properties are named by
/// annotations: neither sessions nor the engine decide what is written, and renaming changes nothing.
final class StoredJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private StoredJson() {}

    static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    static byte[] packed(Object value) {
        return PackedNumbers.ofBytes(JSON.writeValueAsBytes(value));
    }

    /// @param what it is, for the message
    /// @throws DamagedException if that is not what was written
    static <T> T read(String what, String text, Class<T> type) {
        try {
            return there(what, JSON.readValue(text, type));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// @param what it is, for the message
    /// @throws DamagedException if that is not what was written
    static <T> T read(String what, byte[] packed, Class<T> type) {
        try {
            return there(what, JSON.readValue(PackedNumbers.bytes(packed), type));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// @param what it is, for the message
    /// @throws DamagedException if that is not what was written
    static Map<String, String> readTexts(String what, String text) {
        try {
            return there(what, JSON.readValue(text, TEXTS));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// The JSON `null` is no record.
    private static <T> T there(String what, @Nullable T value) {
        if (value == null) {
            throw new DamagedException("%s cannot be read: it is null".formatted(what));
        }
        return value;
    }

    private static DamagedException unreadable(String what, JacksonException e) {
        return new DamagedException(
                "%s cannot be read: %s".formatted(what, e.getOriginalMessage()));
    }
}
