package dev.microgpt.verification.support;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// The arguments of a program, each a whole number like `minutes=5`, with a default for every name.
public final class Arguments {

    private final Map<String, Long> values;

    private Arguments(Map<String, Long> values) {
        this.values = values;
    }

    /// Parses arguments.
    ///
    /// @param defaults the default of each allowed name
    /// @throws IllegalArgumentException if an argument has an unknown name or a value that is no whole
    ///     number
    public static Arguments parse(Map<String, Long> defaults, String... arguments) {
        Map<String, Long> values = new HashMap<>(defaults);
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = argument.substring(0, Math.max(equals, 0));
            if (!defaults.containsKey(name)) {
                throw new IllegalArgumentException(
                        "expected name=value, where the name is one of %s, but got '%s'"
                                .formatted(new TreeSet<>(defaults.keySet()), argument));
            }
            values.put(name, parseValue(argument, equals + 1));
        }
        return new Arguments(values);
    }

    private static Long parseValue(String argument, int start) {
        try {
            return Long.valueOf(argument.substring(start));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected a whole number after '=', but got '%s'".formatted(argument), e);
        }
    }

    public long longValue(String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no argument is named '%s'".formatted(name));
        }
        return value;
    }

    /// @throws ArithmeticException if the value does not fit into an `int`
    public int intValue(String name) {
        return Math.toIntExact(longValue(name));
    }
}
