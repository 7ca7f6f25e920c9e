package dev.microgpt.session;

import dev.microgpt.engine.Baselines;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineAgreement;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
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
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.SessionExport;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads the internals of a session's model: its parameters, and a training step down to single numbers.
public final class ModelInternals {

    /// Memory for one node of a computation graph: its value, its position, its edges and its part of the
    /// response.
    private static final int BYTES_PER_NODE = 160;

    private final Session session;
    private final SessionQueries queries;
    private final Limits limits;
    private final BaselineCache baselines = new BaselineCache();

    ModelInternals(Session session, SessionQueries queries, Limits limits) {
        this.session = session;
        this.queries = queries;
        this.limits = limits;
    }

    /// Reserves memory for a response that is computed from all parameters.
    private void reserveParameters(CallContext call, int bytesPerParameter) {
        Integer numParams = queries.requireLoaded().numParams();
        if (numParams != null) {
            call.reserve((long) numParams * bytesPerParameter, "the response");
        }
    }

    /// Returns the current model as a checkpoint.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public Checkpoint checkpoint(CallContext call) {
        Preconditions.requireUsable(queries.requireLoaded());
        reserveParameters(
                call,
                2 * 3 * Double.BYTES); // weights and both moments, as numbers and as encoded bytes
        return queries.askInOneSlice(
                call,
                models -> {
                    Preconditions.requireUsable(session.published().view());
                    return models.model().checkpoint();
                });
    }

    /// Returns the session as it is after its newest step, to be continued elsewhere.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public SessionExport export(CallContext call) {
        Preconditions.requireUsable(queries.requireLoaded());
        reserveParameters(call, 2 * 3 * Double.BYTES); // as for a checkpoint
        call.reserve(session.published().losses().bytes(), "the losses");
        return queries.askInOneSlice(
                call,
                models -> {
                    Preconditions.requireUsable(session.published().view());
                    MicroGpt model = models.model();
                    LossHistory losses = model.lossHistory();
                    return new SessionExport(
                            session.name(),
                            model.checkpoint(),
                            losses.from(losses.oldestExact(), LossHistory.EXACT),
                            models.timeline().history());
                });
    }

    /// Returns the parameter matrices.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public List<Matrix> matrices(CallContext call) {
        queries.requireLoaded();
        return queries.askInOneSlice(call, models -> models.model().matrices());
    }

    /// Returns the values of a parameter matrix.
    ///
    /// @param step the step to look at; null for the current one
    /// @throws InvalidInputException if the step or the size of the matrix is out of range
    /// @throws SessionException `not_found`, `not_loaded` (also for gradients without documents), `wrong_state` or `busy`
    public AsOf<ParameterMatrix> parameters(
            CallContext call, String matrixName, ParameterKind kind, @Nullable PastStep step) {
        reserveParameters(call, 2 * Double.BYTES);
        return queries.askInOneSlice(
                call,
                models -> {
                    ModelState past = models.stateAsOf(step);
                    if (kind == ParameterKind.GRADIENT) {
                        Preconditions.requireDocuments(past);
                    }
                    Matrix matrix = ParameterMatrix.find(past.matrices(), matrixName);
                    limits.checkNumbers(matrix.size());
                    double[] all = models.model().parameters(past, kind);
                    return new AsOf<>(past.step(), ParameterMatrix.of(matrix, all));
                });
    }

    /// Returns the distribution of a matrix's weights at each keyframe.
    ///
    /// @throws InvalidInputException if the response would be too large
    /// @throws SessionException `not_found`, `not_loaded` or `busy`
    public Histograms histograms(CallContext call, String matrixName, int bins) {
        queries.requireLoaded();
        return queries.ask(call, new HistogramTask(matrixName, bins, limits));
    }

    // ---- one step

    /// Takes apart the training step that follows a step, whether or not it has been made.
    ///
    /// @param step the step before it; null for the current one
    /// @param document index in the batch; null for the last document
    /// @throws InvalidInputException if the step, the document or the size of the graph is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<AnatomyResult> anatomy(
            CallContext call, @Nullable PastStep step, @Nullable Integer document) {
        SessionView view = queries.requireLoaded();
        if (step == null) {
            Preconditions.requireTrainable(view);
        } else {
            Preconditions.requireDocuments(view); // a failed session has its earlier steps
        }
        AsOf<StepInputs> nextStep =
                queries.askInOneSlice(
                        call,
                        models -> {
                            ModelState past = models.stateAsOf(step);
                            Preconditions.requireDocuments(past);
                            return new AsOf<>(past.step(), models.model().stepAfter(past));
                        });
        StepInputs training = nextStep.value();
        int last = training.options().batchSize() - 1;
        int index = document == null ? last : document;
        InvalidInputException.requireRange("document", index, 0, last);
        limits.checkGraph(training.estimateNodes());
        call.reserve(
                Math.round(training.estimateNodes(index)) * BYTES_PER_NODE,
                "the graph of the step");
        StepAnatomy anatomy = session.computeDetached(Demand.CALL, _ -> training.anatomy(index));
        return new AsOf<>(nextStep.step(), new AnatomyResult(training, index, anatomy));
    }

    /// Compares the results of the engines for a step.
    ///
    /// @throws SessionException `busy`
    public EngineAgreement agreement(AnatomyResult step) {
        return session.computeDetached(Demand.CALL, _ -> step.training().agreement(step.anatomy()));
    }

    /// Returns the baselines with which losses are compared.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public Baselines baselines(CallContext call) {
        queries.requireLoaded();
        record Inputs(Corpus documents, int blockSize) {}
        Inputs inputs =
                queries.askInOneSlice(
                        call,
                        models ->
                                new Inputs(
                                        models.model().corpus(),
                                        models.model().options().blockSize()));
        return baselines.of(inputs.documents, inputs.blockSize);
    }
}
