package dev.microgpt.session.history;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// What a session remembers of its past, so that it can be shown, asked about, and gone back to.
/// Everything in it is bounded. Safe for use by several threads.
public final class Timeline {

    private static final int KEPT_EVENTS = 1000;
    private static final int KEPT_PHASES = 10_000;
    private static final int KEPT_DRAWS = 1000;

    /// The generator as it was when something was first drawn from it after a step.
    private record Draw(long step, RandomSource before) {}

    private final Keyframes keyframes = new Keyframes();
    private final ArrayDeque<SessionEvent> events = new ArrayDeque<>();
    private final ArrayDeque<ScheduleEntry> phases = new ArrayDeque<>();
    private final ArrayDeque<Draw> draws = new ArrayDeque<>();
    private final List<TextSample> samples = new ArrayList<>(); // bounded as keyframes become rare

    public Keyframes keyframes() {
        return keyframes;
    }

    /// Whether there are no parameters yet.
    public synchronized boolean isEmpty() {
        return phases.isEmpty();
    }

    /// Forgets all but the events: there are new parameters, or none.
    public synchronized void restart() {
        keyframes.clear();
        phases.clear();
        draws.clear();
        samples.clear();
    }

    public synchronized void add(SessionEvent event) {
        events.add(event);
        if (events.size() > KEPT_EVENTS) {
            events.remove();
        }
    }

    public synchronized void add(TextSample sample) {
        samples.add(sample);
    }

    /// Options hold from now on.
    public synchronized void begin(long step, ModelOptions options) {
        ScheduleEntry phase = ScheduleEntry.of(step, options);
        if (!phases.isEmpty() && phases.getLast().fromStep() == step) {
            phases.removeLast();
        }
        phases.add(phase);
        if (phases.size() > KEPT_PHASES) {
            phases.remove();
        }
    }

    /// Something is about to be drawn from the generator.
    public synchronized void beforeDraw(long step, RandomSource generator) {
        if (draws.isEmpty() || draws.getLast().step != step) {
            draws.add(new Draw(step, generator.copy()));
            if (draws.size() > KEPT_DRAWS) {
                draws.remove();
            }
        }
    }

    /// The generator as it was when a step had been made.
    ///
    /// @param now as it is
    public synchronized RandomSource generatorAt(long step, RandomSource now) {
        for (Draw draw : draws) {
            if (draw.step >= step) {
                return draw.before.copy();
            }
        }
        return now.copy();
    }

    /// The options that held up to a step, itself included.
    public synchronized List<ScheduleEntry> phasesUpTo(long step) {
        return phases.stream().filter(phase -> phase.fromStep() <= step).toList();
    }

    /// The keyframes from which a step can be reached again, newest first.
    ///
    /// @throws InvalidInputException if there is none
    public synchronized List<ModelState> wayTo(long step) {
        long known = phases.isEmpty() ? 0 : phases.getFirst().fromStep();
        List<ModelState> way =
                keyframes.upTo(step).stream().filter(state -> state.step() >= known).toList();
        if (way.isEmpty()) {
            throw InvalidInputException.outOfRange(
                    "step",
                    step,
                    known,
                    Long.MAX_VALUE,
                    ("how the session was steered before step %d is forgotten, and with it the way to"
                                    + " step %d")
                            .formatted(known, step));
        }
        return way;
    }

    /// A timeline of its own that begins with what this one holds up to a step.
    ///
    /// @param andDraws whether what was drawn after that step, before the next one, is part of it
    public synchronized Timeline upTo(long step, boolean andDraws) {
        Timeline copy = new Timeline();
        keyframes.upTo(step).forEach(copy.keyframes::add);
        events.stream().filter(event -> event.step() <= step).forEach(copy.events::add);
        copy.phases.addAll(phasesUpTo(step));
        long lastDraw = andDraws ? step : step - 1;
        draws.stream().filter(draw -> draw.step <= lastDraw).forEach(copy.draws::add);
        samples.stream().filter(sample -> sample.step() <= step).forEach(copy.samples::add);
        return copy;
    }

    /// All but the keyframes, to be kept.
    public synchronized TimelineState past() {
        return new TimelineState(
                List.copyOf(events),
                List.copyOf(phases),
                draws.stream().map(d -> new TimelineState.Draw(d.step, d.before.words())).toList(),
                List.copyOf(samples));
    }

    /// A timeline as it was kept.
    ///
    /// @param random the kind of the generators
    public static Timeline restore(
            TimelineState past, List<ModelState> keyframes, RandomKind random) {
        Timeline timeline = new Timeline();
        keyframes.forEach(timeline.keyframes::add);
        timeline.events.addAll(past.events());
        timeline.phases.addAll(past.schedule());
        for (TimelineState.Draw draw : past.draws()) {
            timeline.draws.add(new Draw(draw.step(), random.restore(draw.before())));
        }
        timeline.samples.addAll(past.samples());
        return timeline;
    }

    /// Why the next step could not be made; null where that is not known.
    ///
    /// @param step steps trained
    public synchronized @Nullable TrainingFailure failureAfter(long step) {
        for (Iterator<SessionEvent> i = events.descendingIterator(); i.hasNext(); ) {
            SessionEvent event = i.next();
            String reason = event.reason();
            if (event.kind() == SessionEvent.Kind.FAILED
                    && event.step() == step
                    && reason != null) {
                return new TrainingFailure(step + 1, reason);
            }
        }
        return null;
    }

    public synchronized History history() {
        return new History(List.copyOf(events), List.copyOf(phases), List.copyOf(samples));
    }
}
