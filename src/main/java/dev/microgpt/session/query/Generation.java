package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.query.TextFilter.Rejection;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Generates the samples of one call, one by one.
public final class Generation implements Query<AsOf<GeneratedTexts>> {

    private final GenerateCall call;
    private final QueriedModel queriedModel;
    private final List<Sample> samples = new ArrayList<>();
    private final Set<String> found = new HashSet<>(); // if they must be unique
    private final Map<Rejection, Long> rejected = new EnumMap<>(Rejection.class);
    private long tries;
    private @Nullable RandomSource generator;

    public Generation(GenerateCall call) {
        this.call = call;
        queriedModel = new QueriedModel(call.step());
    }

    public GenerateCall call() {
        return call;
    }

    /// Sets the random generator to draw from. By default, the call has its own.
    public void useGenerator(RandomSource source) {
        generator = source;
    }

    @Override
    public @Nullable AsOf<GeneratedTexts> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        RandomSource source = generator(models);
        Corpus documents = models.model().corpus();
        requireDocuments(documents);
        do {
            add(model.value().generate(call.options(), source), documents);
        } while (!isDone() && !deadline.hasPassed());
        return isDone()
                ? new AsOf<>(model.step(), new GeneratedTexts(samples, tries, rejected))
                : null;
    }

    private void requireDocuments(Corpus documents) {
        if (call.filter().novel() && documents.size() == 0) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "the session has no documents, so it is unknown which texts are novel");
        }
    }

    private void add(Sample sample, Corpus documents) {
        tries++;
        Rejection rejection = call.filter().reject(sample, documents, found);
        if (rejection != null) {
            rejected.merge(rejection, 1L, Long::sum);
            return;
        }
        samples.add(sample);
        if (call.filter().unique()) {
            found.add(sample.text());
        }
    }

    private boolean isDone() {
        return samples.size() == call.count() || tries == call.filter().tries();
    }

    /// Generates the next sample, character by character.
    ///
    /// @param tokens receives the characters
    public AsOf<Sample> nextSample(ModelSource models, TokenQueue tokens) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        Tokenizer tokenizer = model.value().tokenizer();
        Sample sample =
                model.value()
                        .generate(
                                call.options(),
                                generator(models),
                                (id, prob) -> tokens.add(id, tokenizer.symbol(id), prob));
        return new AsOf<>(model.step(), sample);
    }

    private RandomSource generator(ModelSource models) {
        if (generator == null) {
            Long seed = call.seed();
            generator =
                    models.model().newRandom(seed == null ? models.model().options().seed() : seed);
        }
        return generator;
    }
}
