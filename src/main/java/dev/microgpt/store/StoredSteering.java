package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import dev.microgpt.engine.OptionValues;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A change of options, as stored in the database. Earlier versions stored null for an option that stays.
record StoredSteering(@JsonValue Map<String, ? extends @Nullable Object> values) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    StoredSteering {}

    static @Nullable StoredSteering of(@Nullable OptionValues steering) {
        return steering == null ? null : new StoredSteering(StoredOptions.changes(steering));
    }

    static @Nullable OptionValues steering(@Nullable StoredSteering stored) {
        return stored == null ? null : StoredOptions.options(stored.values);
    }
}
