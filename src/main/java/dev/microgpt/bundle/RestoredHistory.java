package dev.microgpt.bundle;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.ValidationLossReply;

import org.jspecify.annotations.Nullable;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Translates the history of a bundle to that of a session. Left out is what belongs to other documents than those of the
/// checkpoint, and what the session makes again when it is restored.
final class RestoredHistory {

    /// More than a session can have: they belong to keyframes, which become rare.
    private static final int MAX_SAMPLES = 2000;

    private static final int MAX_VALIDATIONS = 10_000;

    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    private final HistoryReply history;
    private final ModelOptions options;
    private final long step;

    /// @param options the options of the model
    /// @param step number of steps trained
    RestoredHistory(HistoryReply history, ModelOptions options, long step) {
        this.history = history;
        this.options = options;
        this.step = step;
    }

    /// @throws dev.microgpt.session.admission.SessionException `invalid_bundle`
    TimelineState state() {
        try {
            List<HistoryReply.Event> events =
                    checked("events", history.events(), Timeline.MAX_EVENTS);
            List<HistoryReply.Scheduled> schedule =
                    checked("schedule", history.schedule(), Timeline.MAX_SCHEDULE_ENTRIES);
            List<HistoryReply.Text> samples = checked("samples", history.samples(), MAX_SAMPLES);
            List<ValidationLossReply> validation =
                    history.validation() == null
                            ? List.of()
                            : checked("validation", history.validation(), MAX_VALIDATIONS);
            List<SessionEvent> happened = events.stream().map(this::event).toList();
            long documentsSince = documentsSince(happened);
            return new TimelineState(
                    happened,
                    schedule.stream().map(this::phase).toList(),
                    List.of(),
                    samples.stream()
                            .map(this::sample)
                            .filter(sample -> sample.step() < step)
                            .toList(),
                    validation.stream()
                            .map(this::validation)
                            .filter(loss -> loss.step() > documentsSince)
                            .toList(),
                    List.of());
        } catch (IllegalArgumentException | NullPointerException e) {
            throw BundleErrors.invalid(BundleEntry.HISTORY, String.valueOf(e.getMessage()));
        }
    }

    private static <T> List<T> checked(String name, List<T> list, int max) {
        Objects.requireNonNull(list, name + " is missing");
        if (list.size() > max) {
            throw new IllegalArgumentException(
                    "%s has %d entries, but at most %d are possible"
                            .formatted(name, list.size(), max));
        }
        list.forEach(entry -> Objects.requireNonNull(entry, "an entry of " + name + " is null"));
        return list;
    }

    /// Returns the step at which the session has got its documents, after which its validation losses can be compared; -1
    /// for the beginning.
    private static long documentsSince(List<SessionEvent> events) {
        long since = -1;
        for (SessionEvent event : events) {
            switch (event.kind()) {
                case LOADED, RESTORED -> since = -1;
                case CONTINUED -> since = event.step();
                case FORKED, DIFFERS, STEERED, STARTED, PAUSED, RESUMED -> {}
                case CANCELLED, SUCCEEDED, FAILED -> {}
            }
        }
        return since;
    }

    private SessionEvent event(HistoryReply.Event event) {
        HistoryReply.Change steering = event.steering();
        HistoryReply.NewDocuments continued = event.continued();
        return new SessionEvent(
                requireStep(event.step(), Long.MAX_VALUE), // perhaps of documents loaded before
                Objects.requireNonNull(event.at(), "an event has no time"),
                Objects.requireNonNull(event.kind(), "an event has no kind"),
                steering == null ? null : values(steering.values()),
                event.run(),
                event.parent() == null ? null : text(event.parent()),
                event.reason() == null ? null : text(event.reason()),
                continued == null
                        ? null
                        : new SessionEvent.Continued(
                                continued.documents(),
                                continued.vocabSize(),
                                text(continued.characters())));
    }

    private ScheduleEntry phase(HistoryReply.Scheduled phase) {
        OptionValues values = OptionValues.of(ModelOptions.defaults(), ModelOption::isSteerable);
        for (Map.Entry<ModelOption, Object> value : values(phase.options()).values().entrySet()) {
            values = values.with(value.getKey(), value.getValue());
        }
        return new ScheduleEntry(requireStep(phase.fromStep(), step), values);
    }

    /// @param given values by the names of their options
    private OptionValues values(Map<String, Object> given) {
        Map<ModelOption, Object> values = new LinkedHashMap<>();
        given.forEach(
                (name, value) -> {
                    ModelOption option = ModelOption.find(name);
                    if (option == null) {
                        throw new IllegalArgumentException("there is no option '" + name + "'");
                    }
                    values.put(option, value(option, value));
                });
        OptionValues result = new OptionValues(values);
        result.requireSteerable();
        var _ = result.applyTo(options); // which checks the ranges
        return result;
    }

    private static Object value(ModelOption option, @Nullable Object value) {
        Objects.requireNonNull(value, option.name() + " is null");
        return option instanceof ChoiceOption<?> choice && value instanceof String name
                ? constant(choice, name)
                : value;
    }

    private static <E extends Enum<E>> E constant(ChoiceOption<E> option, String name) {
        return EnumNames.parse(option.name(), name, option.defaultValue());
    }

    private TextSample sample(HistoryReply.Text sample) {
        return new TextSample(
                requireStep(sample.step(), step),
                finite(sample.learningRate()),
                text(sample.text()),
                sample.known());
    }

    private ValidationLoss validation(ValidationLossReply validation) {
        return new ValidationLoss(requireStep(validation.step(), step), finite(validation.loss()));
    }

    private static long requireStep(long value, long max) {
        InvalidInputException.requireRange("step", value, 0, max);
        return value;
    }

    private static double finite(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("a number is not finite: " + number);
        }
        return number;
    }

    /// Returns a text that can be stored: without lone surrogates.
    private String text(@Nullable String text) {
        Objects.requireNonNull(text, "a text is missing");
        if (!utf8.canEncode(text)) {
            throw new IllegalArgumentException("a text has a lone surrogate");
        }
        return text;
    }
}
