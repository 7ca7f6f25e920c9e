package dev.microgpt.store;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// The words that stand for the constants of an enum in the database, so that a constant can be renamed
/// without a migration.
final class EnumTags<E extends Enum<E>> {

    private final String what;
    private final Map<E, String> tags;
    private final Map<String, E> constants = new HashMap<>();

    /// @param what the constants are, for messages
    /// @param tag an exhaustive switch, so that a new constant has to be given its word
    EnumTags(String what, Class<E> type, Function<E, String> tag) {
        this.what = what;
        tags = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            String word = tag.apply(constant);
            tags.put(constant, word);
            if (constants.put(word, constant) != null) {
                throw new IllegalArgumentException("two constants have the tag " + word);
            }
        }
    }

    String tag(E constant) {
        return Objects.requireNonNull(tags.get(constant));
    }

    /// @throws DamagedException if there is no such tag
    E constant(String tag) {
        E constant = constants.get(tag);
        if (constant == null) {
            throw new DamagedException("there is no %s '%s'".formatted(what, tag));
        }
        return constant;
    }
}
