package dev.microgpt.store;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

/// Writes and reads the JSON in the database. It serialises only records of this package, whose properties
/// are named by annotations, so that changes to sessions or the engine, and renames, do not affect the
/// stored format.
final class StoredJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};
    private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
            new TypeReference<>() {};

    private StoredJson() {}

    static String write(Object value) {
        return JSON.writeValueAsString(value);
    }

    /// Returns the JSON as bytes with a checksum; see [PackedNumbers].
    static byte[] writePacked(Object value) {
        return PackedNumbers.ofBytes(JSON.writeValueAsBytes(value));
    }

    /// @param what a name for the value, used in the message
    /// @throws DamagedException if the JSON is damaged
    static <T> T read(String what, String json, Class<T> type) {
        try {
            return requirePresent(what, JSON.readValue(json, type));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// @param what a name for the value, used in the message
    /// @throws DamagedException if the JSON is damaged
    static <T> T read(String what, byte[] packed, Class<T> type) {
        try {
            return requirePresent(what, JSON.readValue(PackedNumbers.bytes(packed), type));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// @param what a name for the value, used in the message
    /// @throws DamagedException if the JSON is damaged
    static Map<String, String> readStrings(String what, String json) {
        try {
            return requirePresent(what, JSON.readValue(json, STRINGS));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// @param what a name for the value, used in the message
    /// @throws DamagedException if the JSON is damaged
    static Map<String, @Nullable Object> readObject(String what, String json) {
        try {
            return requirePresent(what, JSON.readValue(json, OBJECT));
        } catch (JacksonException e) {
            throw unreadable(what, e);
        }
    }

    /// Rejects the JSON `null`, which Jackson accepts for every type.
    private static <T> T requirePresent(String what, @Nullable T value) {
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
