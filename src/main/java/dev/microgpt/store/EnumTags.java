package dev.microgpt.store;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// Maps the constants of an enum to the strings that stand for them in the database, so that a constant
/// can be renamed without a migration.
final class EnumTags<E extends Enum<E>> {

    private final String what;
    private final Map<E, String> tags;
    private final Map<String, E> constants = new HashMap<>();

    /// @param what a name for the constants, used in messages
    /// @param toTag an exhaustive switch, so that a new constant does not compile without its tag
    EnumTags(String what, Class<E> type, Function<E, String> toTag) {
        this.what = what;
        tags = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            String tag = toTag.apply(constant);
            tags.put(constant, tag);
            if (constants.put(tag, constant) != null) {
                throw new IllegalArgumentException("two constants have the tag " + tag);
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
            throw new DamagedException("unknown %s '%s'".formatted(what, tag));
        }
        return constant;
    }
}
