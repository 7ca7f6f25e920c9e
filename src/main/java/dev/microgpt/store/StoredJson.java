package dev.microgpt.store;

import dev.microgpt.session.persistence.Change;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.Locale;

/// Records as the store writes them down: as JSON with the names of their components, which are
/// therefore not to be changed without a migration.
final class StoredJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private StoredJson() {}

    static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    static byte[] packed(Object value) {
        return Packed.ofBytes(JSON.writeValueAsBytes(value));
    }

    /// @throws DamagedException if that is not what was written
    static <T> T read(String text, Class<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JacksonException e) {
            throw unreadable(type.getSimpleName(), e);
        }
    }

    /// @throws DamagedException if that is not what was written
    static <T> T read(String text, TypeReference<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JacksonException e) {
            throw unreadable(type.getType().getTypeName(), e);
        }
    }

    /// @throws DamagedException if that is not what was written
    static <T> T read(byte[] packed, TypeReference<T> type) {
        try {
            return JSON.readValue(Packed.bytes(packed), type);
        } catch (JacksonException e) {
            throw unreadable(type.getType().getTypeName(), e);
        }
    }

    /// What kind of change it is, in a word.
    static String kind(Change change) {
        return change.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /// @throws DamagedException if that is not what was written
    static Change change(String kind, byte[] packed) {
        Class<? extends Change> type =
                switch (kind) {
                    case "trained" -> Change.Trained.class;
                    case "drawn" -> Change.Drawn.class;
                    case "happened" -> Change.Happened.class;
                    case "failed" -> Change.Failed.class;
                    default -> throw new DamagedException("there is no change of kind " + kind);
                };
        try {
            return JSON.readValue(Packed.bytes(packed), type);
        } catch (JacksonException e) {
            throw unreadable(kind, e);
        }
    }

    private static DamagedException unreadable(String what, JacksonException e) {
        return new DamagedException(
                "%s cannot be read: %s".formatted(what, e.getOriginalMessage()));
    }
}
