package dev.microgpt.session;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineAgreement;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.StepInputs;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.BaselineCache;
import dev.microgpt.session.query.HistogramTask;
import dev.microgpt.session.query.Histograms;
import dev.microgpt.session.query.ParameterMatrix;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What can be seen inside a session's model: its parameters, and a training step down to single numbers.
public final class ModelInternals {

    /// A number of a graph that is walked, with its place, its edges and an answer with it.
    private static final int BYTES_PER_NODE = 160;

    private final Session session;
    private final SessionQueries queries;
    private final Limits limits;
    private final BaselineCache baseLines = new BaselineCache();

    ModelInternals(Session session, SessionQueries queries, Limits limits) {
        this.session = session;
        this.queries = queries;
        this.limits = limits;
    }

    /// Takes memory for an answer that is made of all parameters.
    private void reserveParameters(CallContext call, int bytesPerParameter) {
        Integer numParams = queries.loaded(call).view().numParams();
        if (numParams != null) {
            call.reserve((long) numParams * bytesPerParameter, "the answer");
        }
    }

    /// The whole model as it is.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public Checkpoint checkpoint(CallContext call) {
        Preconditions.requireUsable(queries.loaded(call).view());
        reserveParameters(
                call, 2 * 3 * Double.BYTES); // weights and both moments, as numbers and as bytes
        return queries.askAtOnce(
                call,
                models -> {
                    Preconditions.requireUsable(session.snapshot().view());
                    return models.model().checkpoint();
                });
    }

    /// The parameter matrices.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public List<Matrix> matrices(CallContext call) {
        queries.loaded(call);
        return queries.askAtOnce(call, models -> models.model().matrices());
    }

    /// The numbers of a parameter matrix.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the matrix is out of range
    /// @throws SessionException `not_found`, `not_loaded`, `wrong_state` or `busy`
    public AsOf<ParameterMatrix> parameters(
            CallContext call, String matrixName, ParameterKind kind, @Nullable Long step) {
        reserveParameters(call, 2 * Double.BYTES);
        return queries.askAtOnce(
                call,
                models -> {
                    ModelState past = models.stateAsOf(step);
                    Matrix matrix = ParameterMatrix.find(models.model(), matrixName);
                    limits.checkNumbers(matrix.size());
                    double[] all = models.model().parameters(past, kind);
                    return new AsOf<>(past.step(), ParameterMatrix.of(matrix, all));
                });
    }

    /// How the weights of a matrix were distributed at each keyframe.
    ///
    /// @throws InvalidInputException if the size of the reply is out of range
    /// @throws SessionException `not_found`, `not_loaded` or `busy`
    public Histograms histograms(CallContext call, String matrixName, int bins) {
        queries.loaded(call);
        return queries.ask(call, new HistogramTask(matrixName, bins, limits));
    }

    // ---- one step

    /// Takes the training step apart that comes after a step, made already or not.
    ///
    /// @param step as of which; null for the present
    /// @param document index in the batch; null for the last one
    /// @throws InvalidInputException if the step, the document or the size of the graph is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<AnatomyResult> takeApart(
            CallContext call, @Nullable Long step, @Nullable Integer document) {
        SessionView view = queries.loaded(call).view();
        if (step == null) {
            Preconditions.requireTrainable(view);
        } else {
            Preconditions.requireDocuments(view); // a failed session has its earlier steps
        }
        AsOf<StepInputs> asked =
                queries.askAtOnce(
                        call,
                        models -> {
                            ModelState past = models.stateAsOf(step);
                            return new AsOf<>(past.step(), models.model().stepAfter(past));
                        });
        StepInputs training = asked.value();
        int last = training.options().batchSize() - 1;
        int index = document == null ? last : document;
        InvalidInputException.requireRange("document", index, 0, last);
        limits.checkGraph(training.estimateNodes());
        call.reserve(
                Math.round(training.estimateNodes(index)) * BYTES_PER_NODE,
                "the graph of the step");
        StepAnatomy anatomy = session.aside(Demand.CALL, _ -> training.takeApart(index));
        return new AsOf<>(asked.step(), new AnatomyResult(training, index, anatomy));
    }

    /// How far the engines agree on a step.
    ///
    /// @throws SessionException `busy`
    public EngineAgreement agreement(AnatomyResult step) {
        return session.aside(Demand.CALL, _ -> step.training().agreement(step.anatomy()));
    }

    /// What losses are to be compared with.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public Baselines baseLines(CallContext call) {
        queries.loaded(call);
        record Asked(Corpus documents, int blockSize) {}
        Asked asked =
                queries.askAtOnce(
                        call,
                        models ->
                                new Asked(
                                        models.model().corpus(),
                                        models.model().options().blockSize()));
        return baseLines.of(asked.documents, asked.blockSize);
    }
}
