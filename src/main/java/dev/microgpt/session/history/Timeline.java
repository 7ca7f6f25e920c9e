package dev.microgpt.session.history;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.engine.TrainingDocuments;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/// The recorded past of a session: events, training schedule, changes of the documents, draws from its generator,
/// text samples and keyframes. With it, the past can be shown, queried and forked from. All parts are bounded. Thread-safe.
public final class Timeline {

    public static final int MAX_EVENTS = 1000;
    public static final int MAX_SCHEDULE_ENTRIES = 10_000;
    private static final int MAX_DRAWS = 1000;

    /// How often a session may continue with other documents. It keeps the former ones for its earlier steps.
    public static final int MAX_CONTINUATIONS = 100;

    /// The state of the generator before the first draw after a step.
    private record Draw(long step, RandomSource before) {}

    private final Keyframes keyframes = new Keyframes();
    private final ArrayDeque<SessionEvent> events = new ArrayDeque<>();
    private final ArrayDeque<ScheduleEntry> schedule = new ArrayDeque<>();
    private final ArrayDeque<Draw> draws = new ArrayDeque<>();
    private final List<Continuation> continuations = new ArrayList<>();
    private final List<TextSample> samples = new ArrayList<>(); // bounded, as keyframes become rare
    private final ValidationHistory validations = new ValidationHistory();

    public Keyframes keyframes() {
        return keyframes;
    }

    /// Returns whether there are no parameters yet.
    public synchronized boolean isEmpty() {
        return schedule.isEmpty();
    }

    /// Clears everything but the events, as the parameters have been replaced or dropped.
    public synchronized void restart() {
        keyframes.clear();
        schedule.clear();
        draws.clear();
        continuations.clear();
        samples.clear();
        validations.clear();
    }

    public synchronized void add(SessionEvent event) {
        events.add(event);
        if (events.size() > MAX_EVENTS) {
            events.remove();
        }
    }

    /// Adds a keyframe of a model, and a text that it generates.
    public void addKeyframe(MicroGpt model) {
        keyframes.add(model.state());
        try {
            add(TextSample.of(model));
        } catch (DivergedException _) {
            // The model cannot generate a sample; the next steps will fail and report why.
        }
    }

    synchronized void add(TextSample sample) {
        samples.add(sample);
    }

    /// Adds a validation loss, whose model is kept if it is the best so far.
    ///
    /// @param state the model
    public synchronized void add(ValidationLoss loss, ModelState state) {
        validations.add(loss);
        if (loss.equals(validations.best())) {
            keyframes.keep(state);
        }
    }

    /// Returns the last step at which the validation loss was measured; -1 if it never was.
    public synchronized long validatedUpTo() {
        return validations.measuredUpTo();
    }

    /// Returns the validation losses, oldest first.
    public synchronized List<ValidationLoss> validationLosses() {
        return validations.losses();
    }

    /// Returns the lowest validation loss of the present documents; null if there is none.
    public synchronized @Nullable ValidationLoss bestValidationLoss() {
        return validations.best();
    }

    /// Records the training options that are in effect from a step on.
    public synchronized void addScheduleEntry(long step, ModelOptions options) {
        ScheduleEntry entry = ScheduleEntry.of(step, options);
        if (!schedule.isEmpty() && schedule.getLast().fromStep() == step) {
            schedule.removeLast();
        }
        schedule.add(entry);
        if (schedule.size() > MAX_SCHEDULE_ENTRIES) {
            schedule.remove();
        }
    }

    /// Records the state of the generator before something is drawn from it.
    public synchronized void beforeDraw(long step, RandomSource generator) {
        if (draws.isEmpty() || draws.getLast().step != step) {
            draws.add(new Draw(step, generator.copy()));
            if (draws.size() > MAX_DRAWS) {
                draws.remove();
            }
        }
    }

    /// Continues with other documents, and records that. What is drawn later at the same step is drawn by the changed
    /// model.
    ///
    /// @param model the session's model, which gets tokens for new characters
    /// @throws IllegalStateException if that has been done too often
    public synchronized void continueWith(MicroGpt model, Corpus corpus, Instant now) {
        if (continuations.size() == MAX_CONTINUATIONS) {
            throw new IllegalStateException("there are too many continuations");
        }
        long step = model.step();
        RandomSource generator = model.random().copy();
        TrainingDocuments former = model.documents();
        String added = model.continueWith(corpus, true);
        continuations.add(new Continuation(step, generator.words(), former, model.documents()));
        validations.compareSince(step);
        int vocabSize = model.documents().tokenizer().vocabSize();
        add(
                SessionEvent.continued(
                        step, now, new SessionEvent.Continued(corpus.size(), vocabSize, added)));
        boolean hasDrawn = !draws.isEmpty() && draws.getLast().step == step;
        RandomSource afterStep = hasDrawn ? draws.removeLast().before : generator;
        if (step > 0) {
            beforeDraw(step - 1, afterStep); // for forks at earlier steps
        }
    }

    /// Returns the changes of the documents, oldest first.
    public synchronized List<Continuation> continuations() {
        return List.copyOf(continuations);
    }

    /// Returns the memory of the documents that earlier steps were trained on.
    ///
    /// @param present the present documents, which are not counted
    public synchronized long formerDocumentBytes(TrainingDocuments present) {
        Set<Corpus> counted = new HashSet<>(Set.of(present.corpus())); // compared by identity
        long bytes = 0;
        for (Continuation continuation : continuations) {
            TrainingDocuments former = continuation.former();
            bytes += former.bytes() - former.corpus().bytes();
            bytes += counted.add(former.corpus()) ? former.corpus().bytes() : 0;
        }
        return bytes;
    }

    /// Returns a copy of the generator as it was right after a step.
    ///
    /// @param current the generator as it is now
    public synchronized RandomSource generatorAt(long step, RandomSource current) {
        for (Draw draw : draws) {
            if (draw.step >= step) {
                return draw.before.copy();
            }
        }
        return current.copy();
    }

    /// Returns the training options that were in effect up to a step, inclusive.
    public synchronized List<ScheduleEntry> scheduleUpTo(long step) {
        return schedule.stream().filter(entry -> entry.fromStep() <= step).toList();
    }

    /// Returns the keyframes from which a step can be replayed, newest first.
    ///
    /// @throws InvalidInputException if there are none
    public synchronized List<ModelState> replayStartsFor(long step) {
        long firstKnown = schedule.isEmpty() ? 0 : schedule.getFirst().fromStep();
        List<ModelState> starts =
                keyframes.upTo(step).stream().filter(state -> state.step() >= firstKnown).toList();
        if (starts.isEmpty()) {
            throw InvalidInputException.outOfRange(
                    "step",
                    step,
                    firstKnown,
                    Long.MAX_VALUE,
                    ("step %d cannot be replayed: the training options before step %d are no longer"
                                    + " known")
                            .formatted(step, firstKnown));
        }
        return starts;
    }

    /// Returns a copy of this timeline up to a step.
    ///
    /// @param includeDraws whether to include draws after that step and before the next one
    public synchronized Timeline upTo(long step, boolean includeDraws) {
        Timeline copy = new Timeline();
        keyframes.upTo(step).forEach(copy.keyframes::add);
        events.stream().filter(event -> event.step() <= step).forEach(copy.events::add);
        copy.schedule.addAll(scheduleUpTo(step));
        long lastDraw = includeDraws ? step : step - 1;
        draws.stream().filter(draw -> draw.step <= lastDraw).forEach(copy.draws::add);
        continuations.stream().filter(c -> c.step() <= step).forEach(copy.continuations::add);
        samples.stream().filter(sample -> sample.step() <= step).forEach(copy.samples::add);
        copy.restore(validations.losses().stream().filter(loss -> loss.step() <= step).toList());
        return copy;
    }

    /// Returns everything but the keyframes, for a snapshot.
    public synchronized TimelineState state() {
        return new TimelineState(
                List.copyOf(events),
                List.copyOf(schedule),
                draws.stream().map(d -> new TimelineState.Draw(d.step, d.before.words())).toList(),
                List.copyOf(samples),
                validations.losses(),
                List.copyOf(continuations));
    }

    private void restore(List<ValidationLoss> losses) {
        if (!continuations.isEmpty()) {
            validations.compareSince(continuations.getLast().step());
        }
        losses.forEach(validations::add);
        ValidationLoss best = validations.best();
        if (best != null) {
            keyframes.keep(best.step());
        }
    }

    /// Restores a timeline from a snapshot.
    ///
    /// @param random the kind of the session's generator
    public static Timeline restore(
            TimelineState state, List<ModelState> keyframes, RandomKind random) {
        Timeline timeline = new Timeline();
        timeline.replaceWith(state, random);
        keyframes.forEach(timeline.keyframes::add);
        return timeline;
    }

    /// Replaces everything, and drops the keyframes.
    public synchronized void replaceWith(TimelineState state, RandomKind random) {
        restart();
        events.clear();
        events.addAll(state.events());
        schedule.addAll(state.schedule());
        state.draws().forEach(d -> draws.add(new Draw(d.step(), random.restore(d.before()))));
        continuations.addAll(state.continuations());
        samples.addAll(state.samples());
        restore(state.validations());
    }

    /// Returns why the step after another one could not be made; null if that is not known.
    ///
    /// @param step number of steps trained
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

    /// Returns the public view of the timeline.
    public synchronized History history() {
        return new History(
                List.copyOf(events),
                List.copyOf(schedule),
                List.copyOf(samples),
                validations.losses());
    }
}
