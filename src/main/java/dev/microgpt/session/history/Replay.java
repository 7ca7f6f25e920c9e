package dev.microgpt.session.history;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;

/// Repeats the steps from a keyframe to a later step, with the training options that were in effect. Training
/// is deterministic, so the result equals the original model.
public final class Replay implements SlicedTask<MicroGpt> {

    private final MicroGpt model;
    private final ArrayDeque<ScheduleEntry> schedule;
    private final long step;

    /// @param model the model as of the keyframe
    /// @param schedule the training options up to the step
    /// @param step the step to compute
    public Replay(MicroGpt model, List<ScheduleEntry> schedule, long step) {
        this.model = model;
        this.schedule = new ArrayDeque<>(schedule);
        this.step = step;
    }

    @Override
    public @Nullable MicroGpt slice(long deadline) {
        while (true) {
            steer();
            if (model.step() == step) {
                return model;
            }
            if (System.nanoTime() >= deadline) {
                return null;
            }
            model.advance();
        }
    }

    private void steer() {
        while (!schedule.isEmpty() && schedule.element().fromStep() <= model.step()) {
            ScheduleEntry entry = schedule.remove();
            model.steer(entry.options());
        }
    }
}
