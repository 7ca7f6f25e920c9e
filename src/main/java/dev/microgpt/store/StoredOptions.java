package dev.microgpt.store;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// The options of a model, as stored in the database: their values by name, those of an enum by the name of the
/// constant. Names and constants are part of the public API, so that they do not change.
///
/// Options that are not [basic][ModelOption#BASIC] are stored only if they differ from their defaults.
final class StoredOptions {

    private StoredOptions() {}

    static String write(ModelOptions options) {
        return StoredJson.write(values(OptionValues.of(options, _ -> true)));
    }

    /// @throws DamagedException if the JSON is damaged
    static ModelOptions read(String json) {
        OptionValues values = options(StoredJson.readObject("the options", json));
        for (ModelOption option : ModelOption.BASIC) {
            if (values.get(option) == null) {
                throw new DamagedException("the option " + option.name() + " is missing");
            }
        }
        try {
            return values.applyTo(ModelOptions.defaults());
        } catch (InvalidInputException e) {
            throw new DamagedException("the options are not valid: " + e.getMessage());
        }
    }

    /// Returns what is stored of the values that a model has.
    static Map<String, Object> values(OptionValues options) {
        return changes(options.written());
    }

    /// Returns what is stored of values that have been changed.
    static Map<String, Object> changes(OptionValues options) {
        Map<String, Object> stored = new LinkedHashMap<>();
        options.values()
                .forEach((option, value) -> stored.put(option.name(), storable(option, value)));
        return stored;
    }

    private static Object storable(ModelOption option, Object value) {
        return switch (option) {
            case IntegerOption _, BooleanOption _ -> value;
            case DecimalOption decimal ->
                    FiniteCheck.require("the option " + decimal.name(), (Double) value);
            case ChoiceOption<?> _ -> ((Enum<?>) value).name();
        };
    }

    /// @param stored values by name; null for none
    /// @throws DamagedException if there is no such option, or a value is of a wrong type
    static OptionValues options(Map<String, ? extends @Nullable Object> stored) {
        Map<ModelOption, Object> values = new LinkedHashMap<>();
        stored.forEach(
                (name, value) -> {
                    ModelOption option = option(name);
                    if (value != null) {
                        values.put(option, value(option, value));
                    }
                });
        return new OptionValues(values);
    }

    /// Returns the values of all options that may change while a model trains.
    ///
    /// @param stored as [#values] returns them
    /// @throws DamagedException if there is no such option, or a value is of a wrong type
    static OptionValues steerable(Map<String, ? extends @Nullable Object> stored) {
        OptionValues values = OptionValues.of(ModelOptions.defaults(), ModelOption::isSteerable);
        for (Map.Entry<ModelOption, Object> value : options(stored).values().entrySet()) {
            values = values.with(value.getKey(), value.getValue());
        }
        return values;
    }

    private static ModelOption option(String name) {
        ModelOption option = ModelOption.find(name);
        if (option == null) {
            throw new DamagedException("unknown option '%s'".formatted(name));
        }
        return option;
    }

    private static Object value(ModelOption option, Object stored) {
        try {
            return option.cast(
                    option instanceof ChoiceOption<?> choice ? constant(choice, stored) : stored);
        } catch (IllegalArgumentException e) {
            throw new DamagedException(String.valueOf(e.getMessage()));
        }
    }

    private static Object constant(ChoiceOption<?> option, Object name) {
        for (Enum<?> constant : option.choices()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("unknown %s '%s'".formatted(option.name(), name));
    }
}
