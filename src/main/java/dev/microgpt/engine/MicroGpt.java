package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.tensor.KernelProvider;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A character-level GPT that trains on lines of text: the class `MicroGPT` of microgptjs, method
/// for method.
///
/// ```java
/// MicroGpt model = new MicroGpt(ModelOptions.builder().numSteps(500).build());
/// model.loadData("alice\nbob\ncharlie\ndavid\nemma\nfrank");
/// model.initParams();
/// for (int i = 0; i < 500; i++) {
///     model.trainStep();
/// }
/// String name = model.generate(0.5).text();
/// ```
///
/// One random generator serves shuffle, initial parameters and generated texts, in this order;
/// training draws nothing from it. So a seed and a text determine everything that follows.
///
/// Not safe for use by several threads at once, except for [#lossHistory()].
public final class MicroGpt {

    /// Standard deviation of the initial parameters.
    private static final double INIT_STD = 0.08;

    private ModelOptions options;
    private RandomSource random;
    private @Nullable Corpus corpus;
    private int[] order = {}; // (numDocs), the corpus's documents in training order
    private int nextDocument; // to train on, index in the order
    private @Nullable Engine engine;
    private @Nullable LanguageModel model; // reads the engine's parameters
    private volatile LossHistory losses = new LossHistory();

    /// A model with the default options.
    public MicroGpt() {
        this(ModelOptions.defaults());
    }

    public MicroGpt(ModelOptions options) {
        this.options = options;
        random = options.random().create(options.seed());
    }

    private MicroGpt(MicroGpt other, ModelState state, LossHistory losses, RandomSource random) {
        options = state.options();
        this.random = random.copy();
        corpus = other.corpus();
        order = other.order;
        nextDocument = state.nextDocument();
        begin(state.trained().engine());
        this.losses = losses;
    }

    /// A model that goes on as the one that the checkpoint was taken of. Its losses so far are unknown.
    public MicroGpt(Checkpoint checkpoint) {
        this(checkpoint, LossHistory.startingAfter(checkpoint.step()));
    }

    /// A model that goes on as the one that the checkpoint was taken of.
    ///
    /// @param losses of its steps, which the model will add to
    public MicroGpt(Checkpoint checkpoint, LossHistory losses) {
        InvalidInputException.requireRange(
                "losses", losses.size(), checkpoint.step(), checkpoint.step());
        options = checkpoint.options();
        random = options.random().restore(checkpoint.random());
        corpus =
                checkpoint.documents() == null
                        ? Corpus.none(checkpoint.alphabet())
                        : checkpoint.documents();
        order = checkpoint.order().clone();
        nextDocument = checkpoint.nextDocument();
        begin(
                Engine.restore(
                        options.engine(),
                        options.shape(corpus.tokenizer().vocabSize()),
                        checkpoint.params(),
                        checkpoint.m(),
                        checkpoint.v()));
        this.losses = losses;
    }

    /// The whole model, to be kept outside of it.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public Checkpoint checkpoint() {
        Engine now = engine();
        Corpus documents = corpus();
        return new Checkpoint(
                options,
                documents.tokenizer().alphabet(),
                step(),
                now.params(),
                now.firstMoments(),
                now.secondMoments(),
                random.words(),
                documents.size() == 0 ? null : documents,
                order.clone(),
                nextDocument);
    }

    /// A model of its own that goes on as this one would: with the same parameters, state of the
    /// optimiser, generator, place in the documents, and losses so far.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public MicroGpt copy() {
        return new MicroGpt(this, state(), losses.copy(), random);
    }

    /// What decides how this model goes on, but for its documents and its generator.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public ModelState state() {
        return new ModelState(options, step(), nextDocument, engine().state());
    }

    /// A state of this model, earlier, from its numbers.
    ///
    /// @param stateOptions as they were then
    /// @param params (numParams)
    /// @param m first moments, (numParams)
    /// @param v second moments, (numParams)
    public ModelState state(
            ModelOptions stateOptions,
            long step,
            int nextInOrder,
            double[] params,
            double[] m,
            double[] v) {
        Engine.State trained = Engine.State.of(stateOptions.engine(), shape(), params, m, v);
        return new ModelState(stateOptions, step, nextInOrder, trained);
    }

    /// The model as it was, to be asked. It shares the parameters with the state, and holds nothing else of
    /// it.
    ///
    /// @param state of this model, earlier
    public LanguageModel modelAt(ModelState state) {
        return languageModel(state.trained().reader());
    }

    /// A model of its own that goes on as this one did, with its losses up to then.
    ///
    /// @param state of this model, earlier
    /// @param generator as it is to be
    /// @return null where the losses up to then are no longer known: see [LossHistory#upTo]
    public @Nullable MicroGpt goneBackTo(ModelState state, RandomSource generator) {
        LossHistory past = losses.upTo(state.step());
        return past == null ? null : new MicroGpt(this, state, past, generator);
    }

    public ModelOptions options() {
        return options;
    }

    /// Takes a text whose lines are the documents, shuffles them and builds the alphabet.
    ///
    /// @throws InvalidInputException if the text has no document or a lone surrogate
    public void loadData(String text) {
        loadData(Corpus.of(text));
    }

    /// Takes documents, in an order of this model's own.
    public void loadData(Corpus documents) {
        order = order(random, documents.size());
        corpus = documents;
        engine = null; // parameters for another alphabet are of no use
        model = null;
        losses = new LossHistory();
    }

    /// Draws new parameters and starts counting steps anew.
    ///
    /// @throws IllegalStateException before [#loadData]
    public ModelInfo initParams() {
        Corpus documents = corpus();
        int vocabSize = documents.tokenizer().vocabSize();
        double[] params = new double[options.requireNumParams(vocabSize)];
        for (int i = 0; i < params.length; i++) {
            params[i] = random.gauss(0, INIT_STD);
        }
        begin(Engine.create(options.engine(), shape(), params));
        nextDocument = 0;
        losses = new LossHistory();
        return new ModelInfo(params.length, vocabSize, documents.size());
    }

    /// Trains one step: forward, loss, backward, Adam update on the next document (or batch).
    ///
    /// @return what the step did, with traces of the forward pass and diagnostics
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     all stays as it was
    public StepResult trainStep() {
        return trainStep(true);
    }

    /// Trains one step.
    ///
    /// @param viz whether the result carries traces and diagnostics
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     all stays as it was
    public StepResult trainStep(boolean viz) {
        Engine trainer = engine();
        StepObservation observation = viz ? new StepObservation(shape()) : null;
        long step = step();
        int first = nextDocument;
        double loss = advance(observation);
        List<String> docs = new ArrayList<>();
        for (int b = 0; b < options.batchSize(); b++) {
            docs.add(corpus().document(documentAt(first, b)));
        }
        return new StepResult(
                step(),
                loss,
                docs,
                docs.getLast(),
                corpus().tokens(documentAt(first, options.batchSize() - 1)),
                options.learningRateAt(step),
                trainer.paramStats(),
                observation == null ? List.of() : observation.traces(),
                observation == null ? null : observation.diagnostics());
    }

    /// Trains one step and tells nothing but its loss: the fast way through many steps.
    ///
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     all stays as it was
    public double advance() {
        return advance(null);
    }

    private double advance(@Nullable StepObservation observation) {
        Engine trainer = engine();
        requireDocuments();
        long step = step();
        int[][] batch = batch(nextDocument, options.batchSize());
        double loss = trainer.trainStep(batch, step, options.learningRateAt(step), observation);
        losses.append(loss);
        nextDocument = (int) (((long) nextDocument + batch.length) % order.length);
        return loss;
    }

    /// The tokens to train on: inputs and the target of the last one.
    ///
    /// @param first of the batch, index in the order
    private int[][] batch(int first, int size) {
        int most = (int) Math.min(Integer.MAX_VALUE, options.blockSize() + 1L);
        int[][] batch = new int[size][];
        for (int b = 0; b < size; b++) {
            batch[b] = corpus().tokens(documentAt(first, b), most);
        }
        return batch;
    }

    /// The corpus index of a document of a batch. Batches follow each other through the shuffled
    /// documents, round and round.
    ///
    /// @param first of the batch, index in the order
    private int documentAt(int first, int indexInBatch) {
        return order[(int) (((long) first + indexInBatch) % order.length)];
    }

    /// Changes how the next steps train. See [ModelOptions] for the meaning of each value.
    ///
    /// @throws InvalidInputException if a value is out of its range
    public void steer(double learningRate, long numSteps, int batchSize) {
        options = options.withTraining(learningRate, numSteps, batchSize);
    }

    /// Generates a text, with traces.
    ///
    /// @param temperature see [GenerateOptions]
    /// @throws InvalidInputException if the temperature is out of range
    /// @throws IllegalStateException before [#initParams()]
    public Sample generate(double temperature) {
        return generate(GenerateOptions.defaults().withTemperature(temperature).withViz(true));
    }

    /// Generates a text from the model's own generator.
    ///
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Sample generate(GenerateOptions generateOptions) {
        return generate(generateOptions, random);
    }

    /// Generates a text from a given generator and changes nothing in the model.
    ///
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Sample generate(GenerateOptions generateOptions, RandomSource source) {
        return languageModel().generate(generateOptions, source);
    }

    /// Tells how likely the model finds a text, character by character.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the likelihood is not finite
    public Score score(String text) {
        return languageModel().score(text);
    }

    /// Shows the forward pass over a text.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Inspection inspect(String text) {
        return languageModel().inspect(text);
    }

    /// The token embeddings, in the order of the token ids.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public List<TokenEmbedding> getEmbeddings() {
        return languageModel().getEmbeddings();
    }

    /// The model as it is, to be asked: its answers change with each step.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public LanguageModel languageModel() {
        if (model == null) {
            throw notInitialised();
        }
        return model;
    }

    private LanguageModel languageModel(Predictor reader) {
        return new LanguageModel(corpus().tokenizer(), options.blockSize(), reader);
    }

    private void begin(Engine trainer) {
        engine = trainer;
        model = languageModel(trainer.reader());
    }

    private ModelShape shape() {
        return options.shape(corpus().tokenizer().vocabSize());
    }

    /// The memory in bytes that a model and one training step take, about: to be asked before
    /// [#initParams()] by those who have to share a machine.
    ///
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    public static long estimateBytes(ModelOptions options, Corpus documents) {
        return estimateBytes(options, documents.tokenizer().vocabSize(), documents.longest());
    }

    /// The same for documents that are not there yet.
    ///
    /// @param vocabSize V
    /// @param characters of the longest document
    public static long estimateBytes(ModelOptions options, int vocabSize, long characters) {
        int tokens = (int) Math.min(Integer.MAX_VALUE, characters + 1);
        return Engine.estimateBytes(options, vocabSize, tokens);
    }

    /// The parameter matrices.
    ///
    /// @throws IllegalStateException before [#loadData]
    public List<Matrix> matrices() {
        return Matrix.of(shape());
    }

    /// All parameters, or what there is to see of them, in the order of [Matrix].
    ///
    /// @param state of this model, now or earlier
    /// @return (numParams)
    public double[] parameters(ModelState state, ParameterKind kind) {
        return switch (kind) {
            case WEIGHT -> state.params();
            case GRADIENT ->
                    state.trained()
                            .gradients(batch(state.nextDocument(), state.options().batchSize()));
            case M -> state.m();
            case V -> state.v();
        };
    }

    /// The training step that comes after a state.
    ///
    /// @param state of this model, now or earlier
    /// @throws IllegalStateException if the model was restored without documents
    public StepInputs stepAfter(ModelState state) {
        requireDocuments();
        int first = state.nextDocument();
        int batchSize = state.options().batchSize();
        int[] documents = IntStream.range(0, batchSize).map(b -> documentAt(first, b)).toArray();
        return new StepInputs(corpus(), state, documents, batch(first, batchSize));
    }

    private void requireDocuments() {
        if (order.length == 0) {
            throw new IllegalStateException("the model was restored without documents");
        }
    }

    /// The position embeddings as they were, (blockSize, C).
    ///
    /// @param state of this model, now or earlier
    public double[][] positionEmbeddings(ModelState state) {
        Matrix wpe = matrices().get(1);
        return wpe.rows(state.params());
    }

    /// Tells in one line which arithmetic the fast engine uses on this machine: SIMD, or why not.
    public static String kernels() {
        return KernelProvider.description();
    }

    /// Summary of all parameters.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public ParamStats paramStats() {
        return engine().paramStats();
    }

    /// The number of steps trained.
    public long step() {
        return losses.size();
    }

    /// The number of parameters.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public int numParams() {
        return engine().numParams();
    }

    /// The model's own generator: what is drawn from it is missing from what comes later.
    public RandomSource random() {
        return random;
    }

    /// Goes on with another state of the model's own generator.
    ///
    /// @param words as [RandomSource#words()] gives them
    public void restoreRandom(int[] words) {
        random = options.random().restore(words);
    }

    /// A new generator of this model's kind.
    ///
    /// @throws InvalidInputException if that kind does not take the seed
    public RandomSource newRandom(long seed) {
        options.random().requireSeed(seed);
        return options.random().create(seed);
    }

    /// The losses of all steps, oldest first; when there are more than [LossHistory#EXACT], the
    /// newest so many.
    public double[] getLossHistory() {
        return losses.newest(LossHistory.EXACT);
    }

    /// The losses of all steps, also those too old to be kept one by one. The object belongs to the
    /// parameters: loading or initialising anew starts another one.
    public LossHistory lossHistory() {
        return losses;
    }

    /// The shape of the model and of its data.
    public ModelConfig getConfig() {
        return new ModelConfig(
                options.nEmbd(),
                options.nHead(),
                options.nLayer(),
                options.blockSize(),
                options.headDim(),
                corpus == null ? 0 : corpus.tokenizer().vocabSize(),
                order.length);
    }

    /// The documents.
    ///
    /// @throws IllegalStateException before [#loadData]
    public Corpus corpus() {
        if (corpus == null) {
            throw new IllegalStateException("no data yet: call loadData() first");
        }
        return corpus;
    }

    /// The documents' indices in the order of training, (numDocs).
    public int[] order() {
        return order.clone();
    }

    /// The order in which [#loadData] puts documents.
    public static int[] order(ModelOptions options, int numDocs) {
        return order(options.random().create(options.seed()), numDocs);
    }

    private static int[] order(RandomSource random, int numDocs) {
        int[] order = IntStream.range(0, numDocs).toArray();
        random.shuffle(order);
        return order;
    }

    private Engine engine() {
        if (engine == null) {
            throw notInitialised();
        }
        return engine;
    }

    private static IllegalStateException notInitialised() {
        return new IllegalStateException("not initialised: call loadData() and initParams() first");
    }
}
