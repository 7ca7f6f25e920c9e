package dev.microgpt.session;

import dev.microgpt.engine.Agreement;
import dev.microgpt.engine.BaseLines;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.engine.TrainingStep;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/// What a session's model can be asked, now or as of an earlier step. The answers are computed on the
/// session's lane, between two slices of training.
public final class Questions {

    private final Session session;
    private final BaseLineCache baseLines = new BaseLineCache();

    Questions(Session session) {
        this.session = session;
    }

    /// Generates texts.
    ///
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Sample>> generate(GenerateCall call) {
        Generation generation = generation(call);
        return call.drawsFromSession() ? session.changed(generation) : session.call(generation);
    }

    /// Generates texts one after the other, and tells each character as soon as it is there.
    ///
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException from the listener, which ends it
    public void generate(GenerateCall call, SampleListener listener) throws IOException {
        Generation generation = generation(call);
        if (call.drawsFromSession()) {
            session.requireRoom();
        }
        for (int i = 0; i < call.count(); i++) {
            AsOf<Sample> sample = tellSample(generation, listener);
            listener.ended(sample.step(), sample.value());
        }
    }

    private Generation generation(GenerateCall call) {
        session.limits().checkTraces(loaded(), call);
        return new Generation(call);
    }

    private Snapshot loaded() {
        Snapshot now = session.wake().snapshot();
        Refusals.requireLoaded(now.view());
        return now;
    }

    private AsOf<Sample> tellSample(Generation generation, SampleListener listener)
            throws IOException {
        TokenQueue tokens = new TokenQueue();
        var sample =
                session.queueCall((active, _) -> generation.next(active, tokens))
                        .whenComplete((_, _) -> tokens.end());
        try {
            tokens.tell(listener, session.limits().callTime());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // which the wait below will tell
        } finally {
            tokens.stop();
        }
        return session.kept(sample);
    }

    /// Tells how likely the model finds each text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Score>> score(List<String> texts, @Nullable Long step) {
        return session.call(new Scoring(texts, step));
    }

    /// Shows the forward pass over a text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<Inspection> inspect(String text, @Nullable Long step) {
        Snapshot now = loaded();
        session.limits().checkTraces(now, text);
        return session.call(
                active -> {
                    AsOf<LanguageModel> asked = active.modelAsOf(step);
                    return new AsOf<>(asked.step(), asked.value().inspect(text));
                });
    }

    /// The token embeddings.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<TokenEmbedding>> embeddings(@Nullable Long step) {
        return session.call(
                active -> {
                    AsOf<LanguageModel> asked = active.modelAsOf(step);
                    return new AsOf<>(asked.step(), asked.value().getEmbeddings());
                });
    }

    /// The position embeddings, (blockSize, nEmbd).
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<double[][]> positions(@Nullable Long step) {
        return session.call(
                active -> {
                    ModelState past = active.stateAsOf(step);
                    return new AsOf<>(past.step(), active.model().positionEmbeddings(past));
                });
    }

    /// Takes memory for an answer that is made of all parameters.
    private void reserve(int bytesPerParameter) {
        Integer numParams = loaded().view().numParams();
        if (numParams != null) {
            CallMemory.require((long) numParams * bytesPerParameter, "the answer");
        }
    }

    /// The whole model as it is.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public Checkpoint checkpoint() {
        reserve(2 * 3 * Double.BYTES); // weights and both moments, as numbers and as bytes
        return session.call(
                active -> {
                    active.requireUsable();
                    return active.model().checkpoint();
                });
    }

    /// The parameter matrices.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public List<Matrix> matrices() {
        return session.call(
                active -> {
                    active.requireLoaded();
                    return active.model().matrices();
                });
    }

    /// The numbers of a parameter matrix.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the matrix is out of range
    /// @throws SessionException `not_found`, `not_loaded`, `wrong_state` or `busy`
    public AsOf<ParameterMatrix> parameters(
            String matrixName, ParameterKind kind, @Nullable Long step) {
        reserve(2 * Double.BYTES);
        return session.call(
                active -> {
                    ModelState past = active.stateAsOf(step);
                    Matrix matrix = active.matrix(matrixName);
                    active.limits().checkNumbers(matrix.size());
                    double[] all = active.model().parameters(past, kind);
                    return new AsOf<>(past.step(), ParameterMatrix.of(matrix, all));
                });
    }

    /// How the weights of a matrix were distributed at each keyframe.
    ///
    /// @throws InvalidInputException if the size of the reply is out of range
    /// @throws SessionException `not_found`, `not_loaded` or `busy`
    public Histograms histograms(String matrixName, int bins) {
        return session.call(new Counting(matrixName, bins));
    }

    /// Takes the training step apart that comes after a step, made already or not.
    ///
    /// @param step as of which; null for the present
    /// @param document index in the batch; null for the last one
    /// @throws InvalidInputException if the step, the document or the size of the graph is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<TakenApart> takeApart(@Nullable Long step, @Nullable Integer document) {
        Refusals.requireTrainable(loaded().view());
        AsOf<TrainingStep> asked =
                session.call(
                        active -> {
                            ModelState past = active.stateAsOf(step);
                            return new AsOf<>(past.step(), active.model().stepAfter(past));
                        });
        TrainingStep training = asked.value();
        int last = training.options().batchSize() - 1;
        int index = document == null ? last : document;
        InvalidInputException.requireRange("document", index, 0, last);
        session.limits().checkGraph(training, index);
        StepAnatomy anatomy = session.aside(() -> training.takeApart(index));
        return new AsOf<>(asked.step(), new TakenApart(training, index, anatomy));
    }

    /// How far the engines agree on a step.
    ///
    /// @throws SessionException `busy`
    public Agreement agreement(TakenApart step) {
        return session.aside(() -> step.training().agreement(step.anatomy()));
    }

    /// What losses are to be compared with.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public BaseLines baseLines() {
        Corpus documents =
                session.call(
                        active -> {
                            active.requireLoaded();
                            return active.model().corpus();
                        });
        return baseLines.of(documents, session.snapshot().view().options().blockSize());
    }
}
