package dev.microgpt.wire;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.share.ShareLimits;
import dev.microgpt.sweep.SweepLimits;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

import java.util.HashMap;
import java.util.Map;

/// The ranges of the integers in bodies and queries. Requests and controllers check them as well; these are for
/// numbers that do not fit into the type of their field, and so reach neither.
@Component
public final class IntegerRanges {

    /// The most entries of a page: of sessions, or of nodes of a graph.
    public static final int MAX_PAGE_SIZE = 1000;

    /// The most bins of a histogram.
    public static final int MAX_BINS = 1000;

    private static final String OF_SESSION = "the session's step";

    private static final Range OF_INTS = Range.of(Integer.MIN_VALUE, Integer.MAX_VALUE);
    private static final Range OF_LONGS = Range.of(Long.MIN_VALUE, Long.MAX_VALUE);

    private final long stepsPerCall;
    private final long stepsPerRun;
    private final long samplesPerCall;
    private final long probeSamples;
    private final long lossesPerCall;
    private final long vocabulary;
    private final long sweepSessions;
    private final long shareDays;
    private final Map<String, Range> ofOptions = new HashMap<>();

    IntegerRanges(Limits limits, SweepLimits ofSweeps, ShareLimits ofShares) {
        shareDays = ofShares.shareDays();
        sweepSessions = ofSweeps.sweepSessions();
        stepsPerCall = limits.stepsPerCall();
        stepsPerRun = limits.stepsPerRun();
        samplesPerCall = limits.samplesPerCall();
        probeSamples = limits.probeSamples();
        lossesPerCall = limits.lossesPerCall();
        vocabulary = limits.vocabulary();
        for (ModelOption option : ModelOption.ALL) {
            if (option instanceof IntegerOption integer) {
                ofOptions.put(integer.name(), Range.of(integer.min(), limits.max(integer)));
            }
        }
    }

    /// Returns the exception for a number that does not fit into the type of its field.
    ///
    /// @param request the class that has the field
    /// @param type the type of the field
    /// @param number as it is in the request
    public InvalidInputException outOfRange(
            Class<?> request, String field, Class<?> type, String number) {
        return of(request, field, type).outOfRange(field, number);
    }

    /// A range, both ends included.
    ///
    /// @param max null if it depends on the session or on another field
    /// @param maxName the maximum as it appears in messages
    record Range(long min, @Nullable Long max, String maxName) {

        static Range of(long min, long max) {
            return new Range(min, max, Long.toString(max));
        }

        InvalidInputException outOfRange(String field, String number) {
            return InvalidInputException.outOfRange(
                    field,
                    number,
                    min,
                    max,
                    "%s must be from %d to %s, but is %s".formatted(field, min, maxName, number));
        }
    }

    private long maxCount(Class<?> request) {
        if (request.equals(SweepRequest.RandomSearch.class)) {
            return sweepSessions;
        }
        return request.equals(StepRequest.class) ? stepsPerCall : samplesPerCall;
    }

    /// Returns the range of a field; that of its type if it has none of its own.
    private Range of(Class<?> request, String field, Class<?> type) {
        boolean isLong = type.equals(Long.class) || type.equals(long.class);
        return switch (field) {
            case "count" -> Range.of(1, maxCount(request));
            case "steps" -> Range.of(1, isLong ? stepsPerRun : stepsPerCall);
            case "topK", "tries" -> Range.of(1, Integer.MAX_VALUE);
            case "minLength", "maxLength" -> Range.of(0, Integer.MAX_VALUE);
            case "parallel" -> Range.of(1, SweepRequest.MAX_PARALLEL);
            case "days" -> Range.of(1, shareDays);
            case "samples" -> Range.of(1, probeSamples);
            case "keyframes" -> Range.of(1, ProbesRequest.MAX_KEYFRAMES);
            case "nHead" -> new Range(1, null, "nEmbd"); // which may follow
            case "vocabSize" -> Range.of(1, vocabulary);
            case "maxPoints" -> Range.of(1, lossesPerCall);
            case "bins" -> Range.of(1, MAX_BINS);
            case "limit" -> Range.of(1, MAX_PAGE_SIZE);
            case "cursor" -> Range.of(0, Integer.MAX_VALUE);
            case "node" -> new Range(0, null, "the last node of the graph");
            case "row", "column" -> new Range(0, null, "the last " + field + " of the tensor");
            case "document" -> new Range(0, null, "the last document of the step");
            case "step", "Last-Event-ID" -> new Range(0, null, OF_SESSION);
            case "from", "to" ->
                    new Range(request.equals(ProbesRequest.class) ? 0 : 1, null, OF_SESSION);
            case "fromStep" -> new Range(1, null, OF_SESSION + " + 1");
            default -> ofOptions.getOrDefault(field, isLong ? OF_LONGS : OF_INTS);
        };
    }
}
