package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.sweep.AddedValidation;
import dev.microgpt.sweep.SweepErrors;
import dev.microgpt.sweep.SweepPlan;
import dev.microgpt.sweep.Trial;
import dev.microgpt.sweep.ValueRange;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/// Reads the trials of a [SweepRequest]: the options of each are read as if they were those of a session.
final class SweepTrials {

    private static final String PRESET = "preset";
    private static final String LOG = "log";
    private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
            new TypeReference<>() {};

    private final JsonMapper json;
    private final int maxTrials;
    private final Map<String, Object> shared;

    /// @param shared the options that all trials share
    /// @param steps number of steps of each trial, at which the learning rate ends unless the options say otherwise
    SweepTrials(JsonMapper json, int maxTrials, InitRequest shared, long steps) {
        this.json = json;
        this.maxTrials = maxTrials;
        this.shared = given(shared);
        if (steps != ModelOption.NUM_STEPS.defaultValue()) {
            Object _ = this.shared.putIfAbsent(ModelOption.NUM_STEPS.name(), steps);
        }
    }

    private Map<String, Object> given(InitRequest request) {
        requireAbsent(request.text(), "text");
        requireAbsent(request.dataset(), "dataset");
        Map<String, Object> given = new LinkedHashMap<>();
        Map<String, @Nullable Object> all = json.convertValue(request, OBJECT);
        all.forEach(
                (name, value) -> {
                    if (value != null) {
                        given.put(name, value);
                    }
                });
        return given;
    }

    private static void requireAbsent(@Nullable String value, String field) {
        if (value != null) {
            throw new SessionException(
                    ErrorCode.UNKNOWN_FIELD,
                    "the options of a sweep have no field '"
                            + field
                            + "': give it beside them, as all trials have the same documents",
                    "options." + field,
                    value);
        }
    }

    /// Returns the options that all trials share, with those of the validation that is added to them.
    Map<String, Object> shared(List<String> varied, AddedValidation validation) {
        Map<String, Object> result = new LinkedHashMap<>(shared);
        result.keySet().removeAll(varied);
        String name = ModelOption.VALIDATION.name();
        boolean hasValidation = result.get(name) instanceof Number held && held.doubleValue() > 0;
        if (!hasValidation && !varied.contains(name)) {
            result.putAll(OptionsReply.byName(validation.values()));
        }
        return result;
    }

    // ---- grid

    /// Returns all combinations of values; the last option changes first.
    List<Map<String, Object>> combinations(Map<String, @Nullable List<@Nullable Object>> grid) {
        long count = 1;
        for (Map.Entry<String, @Nullable List<@Nullable Object>> option : grid.entrySet()) {
            String field = "grid." + option.getKey();
            requireOption(option.getKey(), field);
            int size = values(option.getValue(), field).size();
            count = Math.min(count * size, Integer.MAX_VALUE);
        }
        requireCount("grid", count);
        List<Map<String, Object>> all = List.of(Map.of());
        for (Map.Entry<String, @Nullable List<@Nullable Object>> option : grid.entrySet()) {
            List<Map<String, Object>> longer = new ArrayList<>();
            for (Map<String, Object> shorter : all) {
                for (Object value : values(option.getValue(), option.getKey())) {
                    Map<String, Object> next = new LinkedHashMap<>(shorter);
                    next.put(option.getKey(), value);
                    longer.add(next);
                }
            }
            all = longer;
        }
        return all;
    }

    private static void requireOption(String name, String field) {
        if (ModelOption.find(name) == null && !name.equals(PRESET)) {
            throw new SessionException(
                    ErrorCode.UNKNOWN_FIELD,
                    "there is no option '" + name + "' that a sweep can vary",
                    field,
                    null);
        }
    }

    private List<Object> values(@Nullable List<@Nullable Object> given, String field) {
        List<Object> values = new ArrayList<>();
        for (Object value : given == null ? List.of() : given) {
            if (value == null) {
                throw new SessionException(
                        ErrorCode.WRONG_TYPE,
                        field + "[" + values.size() + "] must be a value, but is null",
                        field + "[" + values.size() + "]",
                        null);
            }
            if (values.contains(value)) {
                throw invalid(
                        field,
                        value,
                        field + " must have different values, but has " + value + " twice");
            }
            values.add(value);
        }
        requireCount(field, values.size());
        return values;
    }

    private void requireCount(String field, long count) {
        InvalidInputException.requireRange(field, count, 1, maxTrials);
    }

    // ---- random

    /// Returns values that are drawn at random.
    List<Map<String, Object>> draws(SweepRequest.RandomSearch search) {
        int count = search.count() == null ? 0 : search.count();
        requireCount("random.count", count);
        Map<String, ValueRange> ranges = new LinkedHashMap<>();
        Map<String, SweepRequest.@Nullable Range> options =
                search.options() == null ? Map.of() : search.options();
        options.forEach((name, range) -> ranges.put(name, range(name, range)));
        if (ranges.isEmpty()) {
            throw missing("random.options", "an object with at least one option");
        }
        SplittableRandom random = new SplittableRandom(search.seed() == null ? 0 : search.seed());
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, Object> drawn = new LinkedHashMap<>();
            ranges.forEach((name, range) -> drawn.put(name, range.draw(random)));
            all.add(drawn);
        }
        return all;
    }

    static SessionException missing(String field, String what) {
        return new SessionException(
                ErrorCode.WRONG_TYPE, field + " must be " + what + ", but is absent", field, null);
    }

    private ValueRange range(String name, SweepRequest.@Nullable Range range) {
        String field = "random.options." + name;
        requireOption(name, field);
        if (range == null) {
            throw missing(field, "an object");
        }
        if (range.values() != null) {
            if (range.min() != null || range.max() != null || range.scale() != null) {
                throw invalid(field, null, field + " must have either values or min and max");
            }
            return new ValueRange.Values(values(range.values(), field + ".values"));
        }
        return switch (ModelOption.find(name)) {
            case IntegerOption _ -> integers(range, field);
            case DecimalOption _ -> decimals(range, field);
            case null, default -> throw missing(field + ".values", "a list");
        };
    }

    private static ValueRange integers(SweepRequest.Range range, String field) {
        double min = bound(range.min(), field + ".min");
        double max = bound(range.max(), field + ".max");
        requireInteger(min, field + ".min");
        requireInteger(max, field + ".max");
        boolean isLog = isLog(range, field, min);
        requireOrder(min, max, field);
        return new ValueRange.Integers((long) min, (long) max, isLog);
    }

    private static ValueRange decimals(SweepRequest.Range range, String field) {
        double min = bound(range.min(), field + ".min");
        double max = bound(range.max(), field + ".max");
        boolean isLog = isLog(range, field, min);
        requireOrder(min, max, field);
        return new ValueRange.Decimals(min, max, isLog);
    }

    private static double bound(@Nullable Double bound, String field) {
        if (bound == null) {
            throw missing(field, "a number");
        }
        return bound;
    }

    private static void requireInteger(double bound, String field) {
        double largest = 1L << 53; // up to which a double has all integers
        if (bound != Math.rint(bound) || Math.abs(bound) > largest) {
            throw invalid(field, bound, field + " must be an integer up to 2^53, but is " + bound);
        }
    }

    private static boolean isLog(SweepRequest.Range range, String field, double min) {
        String scale = range.scale();
        if (scale == null || scale.equals("linear")) {
            return false;
        }
        if (!scale.equals(LOG)) {
            throw invalid(
                    field + ".scale",
                    scale,
                    field + ".scale must be one of linear, log, but is '" + scale + "'");
        }
        if (min <= 0) {
            throw invalid(
                    field + ".min",
                    min,
                    field + ".min must be above 0 with the scale log, but is " + min);
        }
        return true;
    }

    private static void requireOrder(double min, double max, String field) {
        if (min > max) {
            throw invalid(
                    field + ".max",
                    max,
                    field + ".max must be at least min (" + min + "), but is " + max);
        }
    }

    private static InvalidInputException invalid(
            String field, @Nullable Object value, String message) {
        return InvalidInputException.outOfRange(field, value, null, null, message);
    }

    // ---- trials

    /// Returns the trials with some values of the varied options.
    ///
    /// @param name the name of the sweep
    /// @throws SessionException if the options of one are invalid
    List<Trial> trials(
            String name,
            List<Map<String, Object>> varied,
            Limits limits,
            AddedValidation validation) {
        List<Trial> trials = new ArrayList<>();
        for (Map<String, Object> values : varied) {
            int number = trials.size() + 1;
            ModelOptions options = validation.addTo(options(number, values, limits));
            trials.add(
                    new Trial(
                            number,
                            SweepPlan.sessionName(name, number, varied.size()),
                            shown(values, options),
                            options));
        }
        return trials;
    }

    private ModelOptions options(int number, Map<String, Object> values, Limits limits) {
        Map<String, Object> all = new LinkedHashMap<>(shared);
        all.putAll(values);
        try {
            return json.convertValue(all, InitRequest.class).options(limits);
        } catch (JacksonException | InvalidInputException | SessionException e) {
            throw Problems.of(e).toException(SweepErrors.describe(number, values));
        }
    }

    /// Returns the values of the varied options as they are shown.
    private static Map<String, Object> shown(Map<String, Object> values, ModelOptions options) {
        Map<String, Object> shown = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> {
                    ModelOption option = ModelOption.find(name);
                    Object read = option == null ? value : option.read(options);
                    shown.put(
                            name,
                            read instanceof Enum<?> constant
                                    ? EnumNames.lowerCase(constant)
                                    : Objects.requireNonNull(read));
                });
        return shown;
    }
}
