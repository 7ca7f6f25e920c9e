package dev.microgpt.session;

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
import dev.microgpt.engine.TokenEmbedding;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
        session.requireLoaded();
        session.limits().checkTraces(session.snapshot(), call);
        return session.await(session.lane().call(new Generation(session, call)));
    }

    /// Generates texts one after the other, and tells each character as soon as it is there.
    ///
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    /// @throws IOException from the listener, which ends it
    public void generate(GenerateCall call, SampleListener listener) throws IOException {
        session.requireLoaded();
        session.limits().checkTraces(session.snapshot(), call);
        Generation generation = new Generation(session, call);
        for (int i = 0; i < call.count(); i++) {
            AsOf<Sample> sample = tellSample(generation, listener);
            listener.ended(sample.step(), sample.value());
        }
    }

    private AsOf<Sample> tellSample(Generation generation, SampleListener listener)
            throws IOException {
        TokenQueue tokens = new TokenQueue();
        CompletableFuture<AsOf<Sample>> sample =
                session.lane()
                        .call(_ -> generation.next(tokens))
                        .whenComplete((_, _) -> tokens.end());
        try {
            tokens.tell(listener, session.limits().callTime());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // which the wait below will tell
        } finally {
            tokens.stop();
        }
        return session.await(sample);
    }

    /// Tells how likely the model finds each text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<List<Score>> score(List<String> texts, @Nullable Long step) {
        return session.await(session.lane().call(new Scoring(session, texts, step)));
    }

    /// Shows the forward pass over a text.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the reply is out of range
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public AsOf<Inspection> inspect(String text, @Nullable Long step) {
        session.requireLoaded();
        session.limits().checkTraces(session.snapshot(), text);
        return session.call(
                () -> {
                    AsOf<LanguageModel> asked = session.modelAsOf(step);
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
                () -> {
                    AsOf<LanguageModel> asked = session.modelAsOf(step);
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
                () -> {
                    ModelState past = session.stateAsOf(step);
                    return new AsOf<>(past.step(), session.model().positionEmbeddings(past));
                });
    }

    /// The whole model as it is.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public Checkpoint checkpoint() {
        return session.call(
                () -> {
                    session.requireUsable();
                    return session.model().checkpoint();
                });
    }

    /// The parameter matrices.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public List<Matrix> matrices() {
        session.requireLoaded();
        return session.call(
                () -> {
                    session.requireLoaded();
                    return session.model().matrices();
                });
    }

    /// The numbers of a parameter matrix.
    ///
    /// @param step as of which; null for the present
    /// @throws InvalidInputException if the step or the size of the matrix is out of range
    /// @throws SessionException `not_found`, `not_loaded`, `wrong_state` or `busy`
    public AsOf<ParameterMatrix> parameters(
            String matrixName, ParameterKind kind, @Nullable Long step) {
        return session.call(
                () -> {
                    ModelState past = session.stateAsOf(step);
                    Matrix matrix = session.matrix(matrixName);
                    session.limits().checkNumbers(matrix.size());
                    double[] all = session.model().parameters(past, kind);
                    return new AsOf<>(past.step(), ParameterMatrix.of(matrix, all));
                });
    }

    /// How the weights of a matrix were distributed at each keyframe.
    ///
    /// @throws InvalidInputException if the size of the reply is out of range
    /// @throws SessionException `not_found`, `not_loaded` or `busy`
    public Histograms histograms(String matrixName, int bins) {
        session.requireLoaded();
        return session.await(session.lane().call(new Counting(session, matrixName, bins)));
    }

    /// What losses are to be compared with.
    ///
    /// @throws SessionException `not_loaded` or `busy`
    public BaseLines baseLines() {
        session.requireLoaded();
        Corpus documents =
                session.call(
                        () -> {
                            session.requireLoaded();
                            return session.model().corpus();
                        });
        return baseLines.of(documents, session.snapshot().view().options().blockSize());
    }
}
