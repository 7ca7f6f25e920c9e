package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Values of some of the options of a model.
///
/// @param values a [Long], a [Double], a [Boolean] or a constant for each option, in the order of [ModelOption#ALL]
public record OptionValues(Map<ModelOption, Object> values) {

    /// No values.
    public static final OptionValues NONE = new OptionValues(Map.of());

    /// @param values numbers may be of any type that the option can have without loss
    /// @throws IllegalArgumentException if a value is not of the type of its option
    public OptionValues {
        Map<ModelOption, Object> ordered = new LinkedHashMap<>();
        for (ModelOption option : ModelOption.ALL) {
            Object value = values.get(option);
            if (value != null) {
                ordered.put(option, option.cast(value));
            }
        }
        values = Collections.unmodifiableMap(ordered);
    }

    /// Returns the value of one option.
    ///
    /// @throws IllegalArgumentException if the value is not of the type of the option
    public static OptionValues of(ModelOption option, Object value) {
        return new OptionValues(Map.of(option, value));
    }

    /// Returns the values of the options that fulfil a condition.
    public static OptionValues of(ModelOptions options, Predicate<ModelOption> condition) {
        Map<ModelOption, Object> values = new LinkedHashMap<>();
        for (ModelOption option : ModelOption.ALL) {
            if (condition.test(option)) {
                values.put(option, option.read(options));
            }
        }
        return new OptionValues(values);
    }

    /// Returns these values and one more.
    ///
    /// @throws IllegalArgumentException if the value is not of the type of the option
    public OptionValues with(ModelOption option, Object value) {
        Map<ModelOption, Object> more = new LinkedHashMap<>(values);
        more.put(option, value);
        return new OptionValues(more);
    }

    /// Checks that each of the options may change while a model trains.
    ///
    /// @throws InvalidInputException if one may not
    public void requireSteerable() {
        for (Map.Entry<ModelOption, Object> value : values.entrySet()) {
            if (!value.getKey().isSteerable()) {
                throw InvalidInputException.outOfRange(
                        value.getKey().name(),
                        value.getValue(),
                        null,
                        null,
                        value.getKey().name() + " cannot be changed after the model was created");
            }
        }
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /// Returns the value of an option; null if there is none.
    public @Nullable Object get(ModelOption option) {
        return values.get(option);
    }

    /// Returns these values without those that need not be written, see [ModelOption#BASIC].
    public OptionValues written() {
        Map<ModelOption, Object> rest = new LinkedHashMap<>(values);
        rest.entrySet()
                .removeIf(
                        value ->
                                !ModelOption.BASIC.contains(value.getKey())
                                        && value.getValue().equals(value.getKey().defaultObject()));
        return new OptionValues(rest);
    }

    /// Returns a builder with these values, and the defaults for other options.
    ///
    /// @throws InvalidInputException if a number is out of its range
    public ModelOptions.Builder builder() {
        return addTo(ModelOptions.builder());
    }

    /// Returns options with these values instead of theirs.
    ///
    /// @throws InvalidInputException if a value is out of its range
    public ModelOptions applyTo(ModelOptions options) {
        return isEmpty() ? options : addTo(options.toBuilder()).build();
    }

    /// Sets these values in a builder, and returns it.
    ///
    /// @throws InvalidInputException if a number is out of its range
    public ModelOptions.Builder addTo(ModelOptions.Builder builder) {
        values.forEach((option, value) -> option.write(builder, value));
        return builder;
    }
}
