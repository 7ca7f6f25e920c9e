package dev.microgpt.session.history;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// Repeats the steps from a keyframe to a later step, with the training options and the documents that were in effect.
/// All of it is deterministic, so the result equals the original model.
public final class Replay implements SlicedTask<MicroGpt> {

    private final MicroGpt model;
    private final ArrayDeque<ScheduleEntry> schedule;
    private final ArrayDeque<Continuation> continuations;
    private final long step;
    private final RandomSource generator;

    /// @param model the model as of the keyframe
    /// @param timeline of the session, with the training options and the documents up to the step
    /// @param step the step to compute
    /// @param generator the session's generator as of that step
    public Replay(MicroGpt model, Timeline timeline, long step, RandomSource generator) {
        this.model = model;
        this.step = step;
        this.generator = generator;
        schedule = new ArrayDeque<>(timeline.scheduleUpTo(step));
        continuations = new ArrayDeque<>(timeline.continuations());
        continuations.removeIf(change -> change.step() <= model.step() || change.step() > step);
    }

    @Override
    public @Nullable MicroGpt slice(long deadline) {
        while (true) {
            applyChanges();
            if (model.step() == step) {
                model.restoreRandom(generator.words());
                return model;
            }
            if (System.nanoTime() >= deadline) {
                return null;
            }
            model.advance();
        }
    }

    private void applyChanges() {
        while (!schedule.isEmpty() && schedule.element().fromStep() <= model.step()) {
            ScheduleEntry entry = schedule.remove();
            model.steer(entry.options());
        }
        while (!continuations.isEmpty() && continuations.element().step() <= model.step()) {
            continuations.remove().applyTo(model);
        }
    }
}
