package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ParallelRunner;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.TextStream;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.query.TextFilter.Rejection;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Generates the texts of one call, in one batch or several.
public final class Generation implements Query<AsOf<GeneratedTexts>> {

    private static final int DRAWN_AT_ONCE = 256;

    /// Texts that are drawn before they are scored, so that there are enough for two threads.
    private static final int SCORED_AT_ONCE = 1024;

    private final GenerateCall call;
    private final QueriedModel queriedModel;
    private final TextStream stream;
    private final ParallelScoring scoring;
    private final ArrayDeque<Sample> accepted = new ArrayDeque<>(); // and without details yet
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

    /// A generation on one thread.
    public Generation(GenerateCall call) {
        this(call, ParallelRunner.SEQUENTIAL);
    }

    /// @param runner runs the parts of a slice
    public Generation(GenerateCall call, ParallelRunner runner) {
        this.call = call;
        scoring = new ParallelScoring(runner);
        queriedModel = new QueriedModel(call.step());
        stream = new TextStream(call.options(), runner);
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
        return hasDetails() && (count == call.count() || tries == call.filter().tries());
    }

    @Override
    public @Nullable AsOf<GeneratedTexts> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        RandomSource source = generator(models);
        Corpus documents = models.model().corpus();
        requireDocuments(documents);
        do {
            if (isDrawing()) {
                draw(model.value(), source, documents);
            } else if (unfinished == null && !accepted.isEmpty()) {
                addDetails(model.value(), documents, deadline);
            }
            if (unfinished != null) {
                finish(unfinished, deadline);
            }
        } while (!isBatchDone() && !deadline.hasPassed());
        return isBatchDone()
                ? new AsOf<>(model.step(), new GeneratedTexts(batch, tries, rejected))
                : null;
    }

    /// Returns whether texts are to be drawn before others get their details.
    private boolean isDrawing() {
        int most = call.details().score() && !call.details().nearest() ? SCORED_AT_ONCE : 1;
        return unfinished == null
                && accepted.size() < most
                && count < call.count()
                && tries < endOfBatch;
    }

    /// Returns whether all accepted texts are in the batch, with what the call wants to know of them.
    private boolean hasDetails() {
        return unfinished == null && accepted.isEmpty();
    }

    private boolean isBatchDone() {
        return isDone() || (hasDetails() && tries == endOfBatch);
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

    /// Draws texts. They all belong to this batch, since the state of the generator is stored with the batch.
    private void draw(LanguageModel model, RandomSource source, Corpus documents) {
        int missing = call.count() - count;
        long most = Math.min(Math.min(missing, DRAWN_AT_ONCE), endOfBatch - tries);
        double triesForEach = (tries + 1.0) / (count + 1);
        long expected = Math.min(call.filter().tries() - tries, Math.round(missing * triesForEach));
        for (Sample sample : stream.next(model, source, (int) most, expected)) {
            tries++;
            Rejection rejection = call.filter().reject(sample, documents, found);
            if (rejection == null) {
                count++;
                accepted.add(sample);
                if (call.filter().unique()) {
                    found.add(sample.text());
                }
            } else {
                rejected.merge(rejection, 1L, Long::sum);
            }
        }
    }

    /// Adds texts to the batch with what the call wants to know of them: one if its nearest document must be searched,
    /// those that can be scored until the deadline, or all.
    private void addDetails(LanguageModel model, Corpus documents, Deadline deadline) {
        int size = call.details().nearest() ? 1 : accepted.size();
        List<Score> scores = List.of();
        if (call.details().score()) {
            List<String> texts = accepted.stream().limit(size).map(Sample::text).toList();
            scores = scoring.score(model, texts, deadline);
            size = scores.size();
        }
        for (int i = 0; i < size; i++) {
            Sample sample = accepted.remove();
            Boolean known = call.details().known() ? documents.contains(sample) : null;
            Score score = scores.isEmpty() ? null : scores.get(i);
            if (call.details().nearest()) {
                NearestSearch search = new NearestSearch(documents, sample.text());
                unfinished = new Unfinished(sample, known, score, search);
            } else {
                batch.add(new GeneratedText(sample, known, score, null));
            }
        }
    }

    /// Continues the search for the nearest document.
    private void finish(Unfinished text, Deadline deadline) {
        if (text.search().advance(deadline)) {
            batch.add(
                    new GeneratedText(
                            text.sample(), text.known(), text.score(), text.search().result()));
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
