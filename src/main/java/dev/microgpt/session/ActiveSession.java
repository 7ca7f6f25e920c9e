package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;

/// What of a session is in memory while it is used: the model, its past, its runs. Confined to the
/// session's lane, but for [#timeline()] and for reading [#runs()].
final class ActiveSession {

    /// Many sessions may have the same documents, if these are few: they do not count for each.
    private static final long SHARED_CORPUS = 1 << 20;

    private final Session session;
    private final SessionEnvironment environment;
    private final Journal journal;
    private final Runs runs = new Runs(this);
    private final Timeline timeline;
    private MicroGpt model;
    private Instant createdAt;
    private SessionState state;
    private @Nullable StepResult newest;
    private final RateMeter rate = new RateMeter();
    private final LookPace lookPace = new LookPace();

    /// @param state CREATED, READY or FAILED
    ActiveSession(
            Session session,
            SessionEnvironment environment,
            Journal journal,
            MicroGpt model,
            Timeline timeline,
            SessionState state,
            Instant createdAt) {
        this.session = session;
        this.environment = environment;
        this.journal = journal;
        this.model = model;
        this.timeline = timeline;
        this.state = state;
        this.createdAt = createdAt;
    }

    String name() {
        return session.name();
    }

    String owner() {
        return session.id().owner();
    }

    MicroGpt model() {
        return model;
    }

    Runs runs() {
        return runs;
    }

    Timeline timeline() {
        return timeline;
    }

    Journal journal() {
        return journal;
    }

    Limits limits() {
        return environment.limits();
    }

    long step() {
        return model.step();
    }

    boolean isLoaded() {
        return state != SessionState.CREATED;
    }

    boolean hasFailed() {
        return state == SessionState.FAILED;
    }

    // ---- to begin, to steer

    /// Starts anew with another model. Whoever made it has not let go of the old one before.
    ///
    /// @param kind how the model came to be; null for one without documents
    void replace(MicroGpt fresh, SessionEvent.@Nullable Kind kind, Instant birth) {
        runs.end(RunState.CANCELLED, "the session was started anew");
        model = fresh;
        createdAt = birth;
        newest = null;
        timeline.restart();
        state = SessionState.CREATED;
        if (kind != null) {
            begin(kind);
        }
        journal.begin(environment.epochs().incrementAndGet(), this, false);
        publish();
    }

    /// The model has parameters, and no past yet.
    void begin(SessionEvent.Kind kind) {
        state = SessionState.READY;
        timeline.begin(model.step(), model.options());
        remember();
        timeline.add(SessionEvent.of(model.step(), now(), kind, null));
    }

    void steer(Steering steering) {
        environment.limits().check(steering.applyTo(model.options()), model.corpus());
        SessionEvent event = SessionEvent.steered(model.step(), now(), steering);
        apply(event);
        journal.add(new Change.Happened(event, null));
    }

    /// Takes in what happened, now or once more.
    void apply(SessionEvent event) {
        Steering steering = event.steering();
        if (steering != null) {
            ModelOptions steered = steering.applyTo(model.options());
            model.steer(steered.learningRate(), steered.numSteps(), steered.batchSize());
            timeline.begin(model.step(), steered);
        }
        timeline.add(event);
    }

    // ---- to be copied

    /// What a session that is to begin at an earlier step needs.
    record Branch(Replay replay, Timeline past) {}

    Branch branch(@Nullable Long asked) {
        requireStep(asked);
        long step = asked == null ? model.step() : asked;
        return new Branch(
                new Replay(modelBefore(step), timeline.phasesUpTo(step), step),
                timeline.upTo(step, isPresent(step)));
    }

    /// Whether a copy of the model as of the step is one of the model as it is.
    private boolean isPresent(long step) {
        return step == model.step() && !hasFailed();
    }

    /// A copy of the model at the step, or at a keyframe before it.
    private MicroGpt modelBefore(long step) {
        if (isPresent(step)) {
            return model.copy();
        }
        RandomSource generator = timeline.generatorAt(step, model.random());
        for (ModelState keyframe : timeline.wayTo(step)) {
            MicroGpt past = model.goneBackTo(keyframe, generator);
            if (past != null) {
                return past;
            }
        }
        throw new IllegalStateException("the losses up to the first keyframe are unknown");
    }

    // ---- to be asked

    /// The model as it is; or, where a step is named, a copy of it as it was at the newest keyframe up
    /// to that step.
    AsOf<LanguageModel> modelAsOf(@Nullable Long step) {
        if (step == null) {
            requireStep(null);
            return new AsOf<>(model.step(), model.languageModel());
        }
        ModelState past = stateAsOf(step);
        return new AsOf<>(past.step(), model.modelAt(past));
    }

    /// The model's state as it is or, where a step is named, as it was at the newest keyframe up to it.
    ModelState stateAsOf(@Nullable Long step) {
        requireStep(step);
        if (step == null || (step == model.step() && !hasFailed())) {
            return model.state();
        }
        ModelState keyframe = timeline.keyframes().atOrBefore(step);
        if (keyframe == null) {
            throw new IllegalStateException("there is no keyframe for step " + step);
        }
        return keyframe;
    }

    /// A failed session cannot be used as it is, but as it was.
    ///
    /// @param step null for the present one
    private void requireStep(@Nullable Long step) {
        if (step == null) {
            requireUsable();
        } else {
            requireLoaded();
            InvalidInputException.requireRange(
                    "step", step, timeline.keyframes().firstStep(), model.step());
        }
    }

    /// @throws SessionException `not_found`
    Matrix matrix(String matrixName) {
        return model.matrices().stream()
                .filter(matrix -> matrix.name().equals(matrixName))
                .findFirst()
                .orElseThrow(
                        () ->
                                new SessionException(
                                        ErrorCode.NOT_FOUND,
                                        "the model has no matrix '%s'".formatted(matrixName),
                                        "matrix",
                                        matrixName));
    }

    /// A generator for one call.
    RandomSource newRandom(long seed) {
        return model.newRandom(seed);
    }

    /// The seed of the session.
    long seed() {
        return model.options().seed();
    }

    /// The session's own generator, from which something is about to be drawn.
    RandomSource random() {
        timeline.beforeDraw(model.step(), model.random());
        return model.random();
    }

    /// Something was drawn from it.
    void drawn() {
        journal.add(new Change.Drawn(model.step(), model.random().words()));
    }

    /// @throws SessionException `not_loaded`
    void requireLoaded() {
        Refusals.requireLoaded(view());
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    void requireUsable() {
        Refusals.requireUsable(view());
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    void requireTrainable() {
        Refusals.requireTrainable(view());
    }

    // ---- to train

    /// Notes what became of a run.
    void record(SessionEvent.Kind kind, Run run) {
        SessionEvent event = SessionEvent.of(model.step(), now(), kind, run.id());
        timeline.add(event);
        journal.add(new Change.Happened(event, run.saved()));
    }

    /// Somebody will be told that the steps so far are made.
    void recordSteps(double loss) {
        journal.add(new Change.Trained(model.step(), loss));
    }

    /// Queues training, of which somebody else is told.
    @SuppressWarnings("FutureReturnValueIgnored")
    void train(Work<?> work) {
        session.queueTraining(work);
    }

    /// What the session is doing between two slices of a call.
    void setTraining(boolean isTraining) {
        if (!hasFailed()) {
            state = isTraining ? SessionState.TRAINING : SessionState.READY;
        }
    }

    /// Makes steps until the deadline. Now and then one is looked at closely, for those who watch.
    void train(Steps steps, long deadline) {
        long before = model.step();
        long start = System.nanoTime();
        long now = start;
        rate.resume(now);
        double loss = Double.NaN;
        try {
            boolean isOver = false;
            while (!isOver && steps.hasNext()) {
                isOver = now >= deadline; // after this step: at least one is made
                if (steps.wantsTrace() || isLookDue(steps, now)) {
                    newest = model.trainStep(true);
                    loss = newest.loss();
                    steps.add(newest);
                    lookPace.took(now, System.nanoTime());
                } else if (steps.isLast()) {
                    newest = model.trainStep(false);
                    loss = newest.loss();
                    steps.add(newest);
                } else {
                    loss = model.advance();
                    steps.add(loss);
                }
                if (Keyframes.isDue(model.step())) {
                    remember();
                }
                now = System.nanoTime();
            }
        } catch (Throwable e) {
            fail(e instanceof DivergedException); // should a step be left half done
            journal.add(new Change.Failed(model.step()));
            throw e;
        } finally {
            long made = model.step() - before;
            rate.add(made, System.nanoTime());
            environment.metrics().trained(made, loss);
        }
        journal.trained(System.nanoTime() - start);
    }

    /// @param isGood whether the model is as it was after the last step
    void fail(boolean isGood) {
        state = SessionState.FAILED;
        if (isGood) {
            timeline.keyframes().add(model.state());
        }
    }

    /// Where anybody watches, the last of all steps is always looked at.
    private boolean isLookDue(Steps steps, long now) {
        return (steps.isLast() || lookPace.isDue(now)) && session.isWatched();
    }

    /// Makes a step that was made before.
    ///
    /// @return its loss
    double remake() {
        double loss = model.advance();
        runs.remade(loss);
        if (Keyframes.isDue(model.step())) {
            remember();
        }
        return loss;
    }

    /// Keeps the model as it is, and a text that it writes.
    private void remember() {
        timeline.keyframes().add(model.state());
        try {
            timeline.add(TextSample.of(model));
        } catch (DivergedException _) {
            // It cannot write, and training will soon tell why.
        }
    }

    // ---- to be seen

    void publish() {
        session.publish(snapshot());
    }

    Snapshot snapshot() {
        int longest =
                isLoaded()
                        ? Math.min(model.options().blockSize(), model.corpus().longest() + 1)
                        : 0;
        return new Snapshot(view(), journal.epoch(), model.lossHistory(), newest, longest, false);
    }

    SessionView view() {
        boolean loaded = isLoaded();
        SessionState shown = shownState();
        ModelConfig config = model.getConfig();
        return new SessionView(
                session.name(),
                shown,
                model.options().engine(),
                model.step(),
                loaded ? model.numParams() : null,
                loaded ? config.vocabSize() : null,
                loaded ? config.numDocs() : null,
                model.options(),
                createdAt,
                shown == SessionState.TRAINING ? rate.perSecond() : 0);
    }

    private SessionState shownState() {
        Run run = runs.active();
        if (state == SessionState.READY && run != null) {
            return run.state() == RunState.PAUSED ? SessionState.PAUSED : SessionState.TRAINING;
        }
        boolean training = state == SessionState.READY && session.isBeingTrained();
        return training ? SessionState.TRAINING : state;
    }

    // ---- to be put away

    /// Whether nothing goes on, nobody watches, and all is kept.
    boolean isIdle() {
        return !runs.isGoing()
                && state != SessionState.TRAINING
                && !session.isBeingTrained()
                && !session.hasListeners();
    }

    CompletableFuture<Void> saveAll() {
        return journal.saveAll(this);
    }

    /// The memory that it takes, about.
    long bytes() {
        if (!isLoaded()) {
            return 0;
        }
        long losses = Double.BYTES * Math.min(model.step(), 1L << 20);
        long order = (long) Integer.BYTES * model.corpus().size();
        long keyframes = timeline.keyframes().bytes();
        return bytes(model.options(), model.corpus()) + keyframes + losses + order;
    }

    /// The memory that a session takes at its start, about.
    static long bytes(ModelOptions options, Corpus documents) {
        long shared = Math.min(SHARED_CORPUS, documents.bytes());
        return MicroGpt.estimateBytes(options, documents) + documents.bytes() - shared;
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
