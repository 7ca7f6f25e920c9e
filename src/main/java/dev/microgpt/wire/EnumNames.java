package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// Reads the words that stand for enum constants in JSON: their names in lower case.
public final class EnumNames {

    private EnumNames() {}

    /// @param word null for the default
    /// @throws InvalidInputException if there is no such word
    public static <E extends Enum<E>> E parse(String field, @Nullable String word, E defaultValue) {
        if (word == null) {
            return defaultValue;
        }
        E[] constants = defaultValue.getDeclaringClass().getEnumConstants();
        for (E constant : constants) {
            if (lowerCase(constant).equals(word)) {
                return constant;
            }
        }
        String allowed =
                Arrays.stream(constants)
                        .map(EnumNames::lowerCase)
                        .collect(Collectors.joining(", "));
        throw InvalidInputException.outOfRange(
                field,
                word,
                null,
                null,
                "%s must be one of: %s; but is '%s'".formatted(field, allowed, word));
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
