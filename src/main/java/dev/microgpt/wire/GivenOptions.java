package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.session.admission.Limits;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Reads the options of a model from a request, which has a component of the same name for each.
final class GivenOptions {

    private GivenOptions() {}

    /// Returns the options that a request gives.
    ///
    /// @throws InvalidInputException if a value is out of range
    static OptionValues of(Record request, Limits limits) {
        return of(request, limits, Set.of());
    }

    /// Returns the architecture that a request names; that of microgpt if it names none.
    ///
    /// @throws InvalidInputException if there is none of that name
    static Preset preset(@Nullable String name) {
        return name == null ? Preset.MICROGPT : EnumNames.parse("preset", name, Preset.MICROGPT);
    }

    /// Returns the options that a request gives, except some, which are not checked.
    ///
    /// @throws InvalidInputException if a value is out of range
    static OptionValues of(Record request, Limits limits, Set<ModelOption> except) {
        Map<ModelOption, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : request.getClass().getRecordComponents()) {
            ModelOption option = ModelOption.find(component.getName());
            if (option == null || except.contains(option)) {
                continue;
            }
            Object value = read(component, request);
            if (value != null) {
                values.put(option, checked(option, value, limits));
            }
        }
        return new OptionValues(values);
    }

    private static @Nullable Object read(RecordComponent component, Record request) {
        try {
            return component.getAccessor().invoke(request);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // accessors of public records
        }
    }

    private static Object checked(ModelOption option, Object value, Limits limits) {
        return switch (option) {
            case IntegerOption integer -> {
                limits.check(integer, (Number) value);
                yield value;
            }
            case DecimalOption _, BooleanOption _ -> value; // whose range the options check
            case ChoiceOption<?> choice -> constant(choice, (String) value);
        };
    }

    private static <E extends Enum<E>> E constant(ChoiceOption<E> option, String name) {
        return EnumNames.parse(option.name(), name, option.defaultValue());
    }
}
