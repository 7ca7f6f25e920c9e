package dev.microgpt.session.history;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;

/// Makes the steps from a keyframe to a later step once more, steered as they were steered. Training
/// is deterministic, so it arrives where the original was.
public final class Replay implements SlicedTask<MicroGpt> {

    private final MicroGpt model;
    private final ArrayDeque<ScheduleEntry> phases;
    private final long step;

    /// @param model as it was at the keyframe
    /// @param phases the options up to the step
    /// @param step to go to
    public Replay(MicroGpt model, List<ScheduleEntry> phases, long step) {
        this.model = model;
        this.phases = new ArrayDeque<>(phases);
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
        while (!phases.isEmpty() && phases.element().fromStep() <= model.step()) {
            ScheduleEntry phase = phases.remove();
            model.steer(phase.learningRate(), phase.numSteps(), phase.batchSize());
        }
    }
}
