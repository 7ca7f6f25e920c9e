package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// Parses enum constants as JSON spells them: in lower case.
public final class EnumNames {

    private EnumNames() {}

    /// Returns the constant with this name.
    ///
    /// @param name null for the default
    /// @throws InvalidInputException if there is no such constant
    public static <E extends Enum<E>> E parse(String field, @Nullable String name, E defaultValue) {
        if (name == null) {
            return defaultValue;
        }
        E[] constants = defaultValue.getDeclaringClass().getEnumConstants();
        for (E constant : constants) {
            if (lowerCase(constant).equals(name)) {
                return constant;
            }
        }
        String allowed =
                Arrays.stream(constants)
                        .map(EnumNames::lowerCase)
                        .collect(Collectors.joining(", "));
        throw InvalidInputException.outOfRange(
                field,
                name,
                null,
                null,
                "%s must be one of %s, but is '%s'".formatted(field, allowed, name));
    }

    static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
