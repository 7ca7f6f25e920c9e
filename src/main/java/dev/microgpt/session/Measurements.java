package dev.microgpt.session;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.HeadMeasurements;
import dev.microgpt.session.query.HeadTask;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.PresentValidation;
import dev.microgpt.session.query.ProbeCall;
import dev.microgpt.session.query.ProbeCurves;
import dev.microgpt.session.query.ProbeTask;
import dev.microgpt.session.query.Validation;

import org.jspecify.annotations.Nullable;

/// Measures a session's models over many texts. The session's actor only copies the model; the measurement does
/// not wait in the session's mailbox, so that shorter calls are not delayed, and training changes nothing in it.
public final class Measurements {

    private final Session session;
    private final SessionQueries queries;
    private final Limits limits;

    Measurements(Session session, SessionQueries queries, Limits limits) {
        this.session = session;
        this.queries = queries;
        this.limits = limits;
    }

    /// Measures what each head attends to.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<HeadMeasurements> heads(CallContext call, @Nullable PastStep step) {
        PublishedState now = session.ensureInMemory(call);
        Preconditions.requireLoaded(now.view());
        Preconditions.requireDocuments(now.view());
        long traceValues = Math.min(now.maxTraceSizePerStep(), limits.traceValues());
        reserve(call, now.view(), traceValues * Double.BYTES);
        AsOf<HeadTask> task =
                queries.askInOneSlice(
                        call,
                        models -> {
                            ModelState state = models.stateAsOf(step);
                            Preconditions.requireDocuments(state);
                            return new AsOf<>(
                                    state.step(), HeadTask.of(state, limits.traceValues()));
                        });
        return new AsOf<>(task.step(), session.computeDetached(Demand.CALL, task.value()));
    }

    /// Returns the losses of the documents that are held out from training.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public Validation validation(CallContext call) {
        Preconditions.requireDocuments(queries.requireLoaded());
        return queries.askInOneSlice(
                call, models -> Validation.of(models.model(), models.timeline()));
    }

    /// Returns the validation loss of the current parameters, and measures it if the last step was not due.
    ///
    /// @return infinite if a token is impossible; `NaN` if no documents are held out
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public ValidationLoss presentValidation(CallContext call) {
        Preconditions.requireDocuments(queries.requireLoaded());
        return queries.ask(call, new PresentValidation());
    }

    /// Evaluates probes at the keyframes and for the present model. Changes nothing, the session's generator
    /// included. Takes its compute time from training rather than from calls, as it may be long.
    ///
    /// @throws InvalidInputException if a step or the seed is out of range, or a text has an unknown character
    /// @throws SessionException `not_loaded` or `busy`
    public ProbeCurves probes(CallContext call, ProbeCall probes) {
        reserve(call, queries.requireLoaded(), 0);
        ProbeTask task =
                queries.askInOneSlice(
                        call,
                        models -> {
                            Preconditions.requireLoaded(session.published().view());
                            return ProbeTask.of(models, probes);
                        });
        return session.computeDetached(Demand.TRAINING, task);
    }

    /// Reserves memory for a copy of the model's state, a model for inference, and more.
    private static void reserve(CallContext call, SessionView view, long more) {
        Integer vocabSize = view.vocabSize();
        if (vocabSize != null) {
            long state = ModelState.estimateBytes(view.options(), vocabSize);
            long model = LanguageModel.estimateBytes(view.options(), vocabSize);
            call.reserve(state + model + more, "the measurement");
        }
    }
}
