package dev.microgpt.session.actor;

import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.Trace;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What the steps of one call did.
///
/// @param call what was asked for
/// @param last result of the last step
/// @param losses of all steps of the call; null when there are more than [#MOST_LOSSES]
/// @param traces of each step, where all were asked for; else empty
public record StepOutcome(
        StepCall call, StepResult last, double @Nullable [] losses, List<List<Trace>> traces) {

    /// More losses are asked for on their own.
    public static final int MOST_LOSSES = 10_000;

    /// Collects results step by step.
    static final class Builder {

        private final StepCall call;
        private final double[] losses;
        private final List<List<Trace>> traces = new ArrayList<>();
        private int numLosses;
        private @Nullable StepResult last;

        Builder(StepCall call) {
            this.call = call;
            losses = new double[call.count() <= MOST_LOSSES ? call.count() : 0];
        }

        void add(double loss) {
            if (numLosses < losses.length) {
                losses[numLosses++] = loss;
            }
        }

        void add(StepResult result) {
            add(result.loss());
            last = result;
            if (call.viz() == StepCall.Viz.ALL) {
                traces.add(result.vizData());
            }
        }

        StepOutcome build() {
            if (last == null) {
                throw new IllegalStateException("no step was made");
            }
            return new StepOutcome(call, last, losses.length == 0 ? null : losses, traces);
        }
    }
}
