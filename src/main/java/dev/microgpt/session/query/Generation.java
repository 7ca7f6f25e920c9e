package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
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

/// Generates the texts of one call, one by one, in one batch or several.
public final class Generation implements Query<AsOf<GeneratedTexts>> {

    private final GenerateCall call;
    private final QueriedModel queriedModel;
    private final Set<String> found = new HashSet<>(); // if they must be unique
    private final Map<Rejection, Long> rejected = new EnumMap<>(Rejection.class);
    private List<GeneratedText> batch = new ArrayList<>();
    private long endOfBatch; // in tries
    private long tries;
    private int count;
    private @Nullable Unfinished unfinished;
    private @Nullable RandomSource generator;

    /// A text whose nearest document is being searched.
    private record Unfinished(
            Sample sample, @Nullable Boolean known, @Nullable Score score, NearestSearch search) {}

    public Generation(GenerateCall call) {
        this.call = call;
        queriedModel = new QueriedModel(call.step());
        endOfBatch = call.filter().tries();
    }

    public GenerateCall call() {
        return call;
    }

    /// Sets the random generator to draw from. By default, the call has its own.
    public void useGenerator(RandomSource source) {
        generator = source;
    }

    /// Begins a batch: the next result has the texts of at most so many tries. Without it, there is one batch.
    public void beginBatch(long maxTries) {
        batch = new ArrayList<>();
        endOfBatch = Math.min(tries + maxTries, call.filter().tries());
    }

    /// Returns whether the call has all texts that it wants, or no more tries.
    public boolean isDone() {
        return unfinished == null && (count == call.count() || tries == call.filter().tries());
    }

    @Override
    public @Nullable AsOf<GeneratedTexts> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        RandomSource source = generator(models);
        Corpus documents = models.model().corpus();
        requireDocuments(documents);
        do {
            if (unfinished == null) {
                add(model.value().generate(call.options(), source), model.value(), documents);
            }
            finish(deadline);
        } while (!isBatchDone() && !deadline.hasPassed());
        return isBatchDone()
                ? new AsOf<>(model.step(), new GeneratedTexts(batch, tries, rejected))
                : null;
    }

    private boolean isBatchDone() {
        return isDone() || (unfinished == null && tries == endOfBatch);
    }

    private void requireDocuments(Corpus documents) {
        if (documents.size() > 0) {
            return;
        }
        if (call.filter().novel()) {
            throw withoutDocuments("which texts are novel");
        }
        if (call.details().nearest()) {
            throw withoutDocuments("which document is the nearest");
        }
    }

    private static SessionException withoutDocuments(String unknown) {
        return new SessionException(
                ErrorCode.NOT_LOADED, "the session has no documents, so it is unknown " + unknown);
    }

    private void add(Sample sample, LanguageModel model, Corpus documents) {
        tries++;
        Rejection rejection = call.filter().reject(sample, documents, found);
        if (rejection != null) {
            rejected.merge(rejection, 1L, Long::sum);
            return;
        }
        count++;
        if (call.filter().unique()) {
            found.add(sample.text());
        }
        Boolean known = call.details().known() ? documents.contains(sample) : null;
        Score score = call.details().score() ? model.score(sample.text()) : null;
        if (call.details().nearest()) {
            NearestSearch search = new NearestSearch(documents, sample.text());
            unfinished = new Unfinished(sample, known, score, search);
        } else {
            batch.add(new GeneratedText(sample, known, score, null));
        }
    }

    /// Continues the search for the nearest document, if there is one.
    private void finish(Deadline deadline) {
        if (unfinished != null && unfinished.search().advance(deadline)) {
            batch.add(
                    new GeneratedText(
                            unfinished.sample(),
                            unfinished.known(),
                            unfinished.score(),
                            unfinished.search().result()));
            unfinished = null;
        }
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
