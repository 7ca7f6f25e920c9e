package dev.microgpt.wire;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.session.admission.Limits;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The ranges of the integers in requests. The requests check them as well; these are for numbers that do not fit
/// into the type of their field, and so never reach a request.
final class IntegerRanges {

    private static final String OF_SESSION = "the session's step";

    private final long stepsPerCall;
    private final long stepsPerRun;
    private final long samplesPerCall;
    private final long probeSamples;
    private final Map<String, Range> ofOptions = new HashMap<>();

    IntegerRanges(Limits limits) {
        stepsPerCall = limits.stepsPerCall();
        stepsPerRun = limits.stepsPerRun();
        samplesPerCall = limits.samplesPerCall();
        probeSamples = limits.probeSamples();
        for (ModelOption option : ModelOption.ALL) {
            if (option instanceof IntegerOption integer) {
                ofOptions.put(integer.name(), Range.of(integer.min(), limits.max(integer)));
            }
        }
    }

    /// A range, both ends included.
    ///
    /// @param max null if it depends on the session
    /// @param maxName the maximum as it appears in messages
    record Range(long min, @Nullable Long max, String maxName) {

        static Range of(long min, long max) {
            return new Range(min, max, Long.toString(max));
        }
    }

    /// Returns the range of a field.
    ///
    /// @param request the class that has the field
    /// @param type the type of the field, whose range is the answer if the field has none of its own
    Range of(Class<?> request, String field, Class<?> type) {
        boolean isLong = type.equals(Long.class);
        return switch (field) {
            case "count" ->
                    Range.of(1, request.equals(StepRequest.class) ? stepsPerCall : samplesPerCall);
            case "steps" -> Range.of(1, isLong ? stepsPerRun : stepsPerCall);
            case "topK" -> Range.of(1, Integer.MAX_VALUE);
            case "samples" -> Range.of(1, probeSamples);
            case "keyframes" -> Range.of(1, ProbesRequest.MAX_KEYFRAMES);
            case "step", "from", "to" -> new Range(0, null, OF_SESSION);
            case "fromStep" -> new Range(1, null, OF_SESSION + " + 1");
            default -> {
                Range ofType =
                        isLong
                                ? Range.of(Long.MIN_VALUE, Long.MAX_VALUE)
                                : Range.of(Integer.MIN_VALUE, Integer.MAX_VALUE);
                yield ofOptions.getOrDefault(field, ofType);
            }
        };
    }
}
