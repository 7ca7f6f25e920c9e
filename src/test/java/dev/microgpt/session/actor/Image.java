package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.history.History;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.query.ModelSource;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// Everything that determines how a session continues, and its history, for comparison bit by bit.
///
/// @param numbers the parameters and both moments
/// @param keyframes the steps of the keyframes
record Image(
        SessionState state,
        long step,
        List<Double> losses,
        List<List<Double>> numbers,
        List<Integer> generator,
        History history,
        List<ValidationLoss> validations,
        List<Long> keyframes,
        List<RunImage> runs) {

    /// The part of a run that must be the same after rehydration.
    record RunImage(
            long id,
            RunState state,
            long stepsDone,
            @Nullable Double loss,
            @Nullable String reason) {

        static RunImage of(RunView view) {
            RunState state = view.state() == RunState.RUNNING ? RunState.QUEUED : view.state();
            return new RunImage(view.id(), state, view.stepsDone(), view.loss(), view.reason());
        }
    }

    static Image of(ModelSource models, PublishedState published) {
        MicroGpt model = models.model();
        boolean isLoaded = published.view().state() != SessionState.CREATED;
        ModelState state = isLoaded ? model.state() : null;
        long step = model.step();
        return new Image(
                published.view().state(),
                step,
                step == 0 ? List.of() : list(model.lossHistory().exact(1, step)),
                state == null
                        ? List.of()
                        : List.of(list(state.params()), list(state.m()), list(state.v())),
                Arrays.stream(model.random().words()).boxed().toList(),
                models.timeline().history(),
                models.timeline().validationLosses(),
                models.keyframes().view().steps(),
                published.runs().stream().map(RunImage::of).toList());
    }

    private static List<Double> list(double[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
