package dev.microgpt.session.actor;

import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The results of the steps of one call.
///
/// @param call the request
/// @param last the result of the last step
/// @param losses the losses of all steps; null if there are more than [#MAX_LOSSES]
/// @param isRateZero whether the learning rate of all steps was 0
/// @param view the session after the last step
/// @param validationLoss the validation loss after the last step; null if it was not measured
/// @param traces the traces of each step if the call wants all of them; otherwise empty
public record StepOutcome(
        StepCall call,
        StepResult last,
        double @Nullable [] losses,
        boolean isRateZero,
        SessionView view,
        @Nullable Double validationLoss,
        List<List<Trace>> traces) {

    /// Maximum number of losses in an outcome; the losses of longer calls are queried separately.
    public static final int MAX_LOSSES = 10_000;

    /// Collects results step by step.
    static final class Builder {

        private final StepCall call;
        private final double[] losses;
        private final List<List<Trace>> traces = new ArrayList<>();
        private int numLosses;
        private @Nullable StepResult last;

        Builder(StepCall call) {
            this.call = call;
            losses = new double[call.count() <= MAX_LOSSES ? call.count() : 0];
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

        StepOutcome build(boolean isRateZero, SessionView view, @Nullable Double validationLoss) {
            if (last == null) {
                throw new IllegalStateException("the result of the last step is missing");
            }
            return new StepOutcome(
                    call,
                    last,
                    losses.length == 0 ? null : losses,
                    isRateZero,
                    view,
                    validationLoss,
                    traces);
        }
    }
}
