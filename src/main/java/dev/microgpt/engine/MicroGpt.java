package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Wavelengths;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.tensor.KernelProvider;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A GPT that trains on lines of text, whose tokens are characters or byte pairs. It has the methods of the class
/// `MicroGPT` in microgptjs, and more.
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
/// The shuffle of the documents, the initial parameters and the generated texts draw from one random
/// generator, in this order; training draws nothing. So the seed and the text determine all results.
///
/// Not thread-safe, except for [#lossHistory()].
public final class MicroGpt {

    /// Standard deviation of the initial parameters.
    private static final double INIT_STD = 0.08;

    private ModelOptions options;
    private RandomSource random;
    private @Nullable TrainingDocuments documents;
    private int nextDocument; // the next document to train on, as an index in their order
    private @Nullable Engine engine;
    private ClippedSteps clippedSteps = new ClippedSteps();
    private @Nullable LanguageModel model; // evaluates the engine's current parameters
    private volatile LossHistory losses = new LossHistory();

    /// Creates a model with the default options.
    public MicroGpt() {
        this(ModelOptions.defaults());
    }

    /// Creates a model without documents or parameters: call [#loadData] and [#initParams()] next.
    public MicroGpt(ModelOptions options) {
        this.options = options;
        random = options.random().create(options.seed());
    }

    private MicroGpt(ModelState state, LossHistory losses, RandomSource random) {
        options = state.options();
        this.random = random.copy();
        documents = state.documents();
        nextDocument = state.nextDocument();
        install(state.trained().engine());
        this.losses = losses;
    }

    /// Restores a model that continues as the original would. The losses before the checkpoint are unknown.
    public MicroGpt(Checkpoint checkpoint) {
        this(checkpoint, LossHistory.startingAfter(checkpoint.step()));
    }

    /// Restores a model that continues as the original would.
    ///
    /// @param losses the losses of the steps up to the checkpoint; the model appends to this object
    /// @throws InvalidInputException if the number of losses is not the step of the checkpoint
    public MicroGpt(Checkpoint checkpoint, LossHistory losses) {
        InvalidInputException.requireRange(
                "losses", losses.size(), checkpoint.step(), checkpoint.step());
        options = checkpoint.options();
        random = options.random().restore(checkpoint.random());
        Corpus corpus =
                checkpoint.documents() == null
                        ? Corpus.empty(checkpoint.tokenizer())
                        : checkpoint.documents();
        documents = new TrainingDocuments(corpus, checkpoint.order().clone());
        nextDocument = checkpoint.nextDocument();
        install(
                Engine.restore(
                        options.engine(),
                        options.shape(corpus.tokenizer().vocabSize()),
                        checkpoint.params(),
                        checkpoint.m(),
                        checkpoint.v()));
        this.losses = losses;
    }

    /// Returns the complete state of the model, except for the losses.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public Checkpoint checkpoint() {
        Engine current = engine();
        Corpus corpus = corpus();
        return new Checkpoint(
                options,
                corpus.tokenizer(),
                step(),
                current.params(),
                current.firstMoments(),
                current.secondMoments(),
                random.words(),
                corpus.size() == 0 ? null : corpus,
                documents().order(),
                nextDocument);
    }

    /// Returns an independent copy that continues as this model would: with the same parameters, optimiser
    /// state, generator, position in the documents, and losses.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public MicroGpt copy() {
        return new MicroGpt(state(), losses.copy(), random);
    }

    /// Returns the current training state: all that training depends on.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public ModelState state() {
        return new ModelState(documents(), options, step(), nextDocument, engine().state());
    }

    /// Returns an independent model that continues from an earlier state, with the losses up to that state.
    ///
    /// @param state a current or earlier state of this model
    /// @param generator the state of the new model's generator; copied
    /// @return null if the losses up to that step are no longer known, see [LossHistory#upTo]
    public @Nullable MicroGpt copyAt(ModelState state, RandomSource generator) {
        LossHistory past = losses.upTo(state.step());
        return past == null ? null : new MicroGpt(state, past, generator);
    }

    public ModelOptions options() {
        return options;
    }

    /// Loads a text whose lines are the documents, finds its tokens, and shuffles the training order. Discards
    /// parameters and losses.
    ///
    /// @throws InvalidInputException if the text has no document, or a lone surrogate
    public void loadData(String text) {
        loadData(Corpus.of(text));
    }

    /// Loads documents, finds their byte-pair tokens if the options demand them, and shuffles the training order.
    /// Discards parameters and losses.
    ///
    /// @param corpus documents of characters, or those that [Corpus#tokenised] returns for these options
    /// @throws InvalidInputException if none would be left for training
    public void loadData(Corpus corpus) {
        int _ = options.heldOut().numDocuments(corpus.size()); // checks it
        documents = shuffled(corpus.tokenised(options.tokenization()), random);
        engine = null; // its parameters belong to the old tokens
        model = null;
        losses = new LossHistory();
    }

    private static TrainingDocuments shuffled(Corpus corpus, RandomSource source) {
        return new TrainingDocuments(corpus, order(source, corpus.size()));
    }

    /// Continues with other documents from the next step on. Parameters, optimiser state, step and losses stay.
    ///
    /// The documents are shuffled with the model's generator as it is now. If the model gets tokens for new characters,
    /// it then draws their rows of the token embedding and, unless that is tied, of the output layer, as
    /// [#initParams()] draws them; the optimiser state of these rows is 0. Token ids stay in the order of the alphabet,
    /// so those of known characters may change.
    ///
    /// @param corpus documents of characters, or those that [Corpus#inTokensOf] returns for this model
    /// @param grow whether characters that the model does not know get tokens
    /// @return the characters that got tokens, in the order of their ids; empty if there are none
    /// @throws InvalidInputException if a character has no token and `grow` is false, if no document would be left for
    ///     training, or if there are too many characters or parameters; the model is then unchanged
    /// @throws IllegalStateException before [#initParams()]
    public String continueWith(Corpus corpus, boolean grow) {
        Engine current = engine();
        Tokenizer before = corpus().tokenizer();
        int _ = options.heldOut().numDocuments(corpus.size()); // checks it
        Corpus continued = corpus.inTokensOf(before, grow);
        Tokenizer after = continued.tokenizer();
        int _ = options.requireNumParams(after.vocabSize()); // checks it
        int[] formerIds = GrownParameters.formerIds(before, after);
        RandomSource source = random.copy();
        TrainingDocuments shuffled = shuffled(continued, source);
        Engine grown =
                after.equals(before)
                        ? current
                        : GrownParameters.of(
                                        current,
                                        matrices(),
                                        Matrix.of(options, after.vocabSize()),
                                        formerIds,
                                        () -> drawParameter(source))
                                .engine(options, after.vocabSize());
        random = source; // nothing fails from here on
        documents = shuffled;
        nextDocument = 0;
        install(grown);
        return IntStream.range(0, formerIds.length)
                .filter(id -> formerIds[id] < 0)
                .mapToObj(after::symbol)
                .collect(Collectors.joining());
    }

    /// Draws new parameters, and restarts training at step 0.
    ///
    /// @throws InvalidInputException if there are more parameters than an array can hold
    /// @throws IllegalStateException before [#loadData]
    public ModelInfo initParams() {
        Corpus corpus = corpus();
        int vocabSize = corpus.tokenizer().vocabSize();
        double[] params = new double[options.requireNumParams(vocabSize)];
        for (Matrix matrix : Matrix.of(shape())) {
            for (int i = matrix.offset(); i < matrix.end(); i++) {
                params[i] = initialParam(matrix);
            }
        }
        install(Engine.create(options.engine(), shape(), params));
        nextDocument = 0;
        losses = new LossHistory();
        clippedSteps = new ClippedSteps();
        return new ModelInfo(params.length, vocabSize, corpus.size());
    }

    private double initialParam(Matrix matrix) {
        if (matrix.isGain()) {
            return 1;
        }
        return matrix.isBias() ? 0 : drawParameter(random);
    }

    private static double drawParameter(RandomSource source) {
        return source.gauss(0, INIT_STD);
    }

    /// Trains one step on the next batch: forward pass, loss, backward pass, update.
    ///
    /// @return the result of the step, with traces of the forward pass and diagnostics
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     the model is then unchanged
    public StepResult trainStep() {
        return trainStep(true);
    }

    /// Trains one step on the next batch.
    ///
    /// @param viz whether the result includes traces and diagnostics
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     the model is then unchanged
    public StepResult trainStep(boolean viz) {
        Engine trainer = engine();
        StepObservation observation = viz ? new StepObservation(shape()) : null;
        long step = step();
        int first = nextDocument;
        double loss = advance(observation);
        int[] indices = documents().batchDocuments(options, first);
        List<String> docs = new ArrayList<>();
        for (int index : indices) {
            docs.add(corpus().document(index));
        }
        return new StepResult(
                step(),
                loss,
                docs,
                docs.getLast(),
                corpus().tokens(indices[indices.length - 1]),
                options.learningRateAt(step),
                trainer.paramStats(),
                observation == null ? List.of() : observation.traces(),
                observation == null ? null : observation.diagnostics(clippedShare()));
    }

    /// Trains one step on the next batch and returns only its loss, in nats. Faster than [#trainStep].
    ///
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     the model is then unchanged
    public double advance() {
        return advance(null);
    }

    private double advance(@Nullable StepObservation observation) {
        Engine trainer = engine();
        requireDocuments();
        long step = step();
        int[][] batch = documents().batch(options, nextDocument);
        double loss = trainer.trainStep(batch, options.settings(step), observation);
        losses.append(loss);
        if (options.optimization().gradientClip() > 0) {
            clippedSteps.add(trainer.lastGradientScale() < 1);
        }
        nextDocument =
                (int)
                        (((long) nextDocument + batch.length)
                                % documents().numTraining(options.heldOut()));
        return loss;
    }

    private @Nullable Double clippedShare() {
        return options.optimization().gradientClip() > 0 ? clippedSteps.share() : null;
    }

    /// Returns the documents whose loss is measured, as indices of the corpus: those that are held out, or 1,000 of
    /// them that are evenly spread if there are more.
    public int[] validationDocuments() {
        return documents().validationDocuments(options.heldOut());
    }

    /// Returns the loss of a document without training on it, in nats: the mean over its tokens.
    ///
    /// @param document index in the corpus
    /// @return infinite if a token is impossible
    /// @throws IllegalStateException before [#initParams()]
    public double lossOf(int document) {
        int maxTokens = (int) Math.min(Integer.MAX_VALUE, options.blockSize() + 1L);
        double[] losses = engine().predictor().losses(corpus().tokens(document, maxTokens));
        return Arrays.stream(losses).average().orElseThrow();
    }

    /// Changes options for the next steps. See [ModelOptions] for their meaning.
    ///
    /// @throws InvalidInputException if a value is out of its range, or an option is not steerable
    public void steer(OptionValues values) {
        values.requireSteerable();
        options = values.applyTo(options);
    }

    /// Generates a text with traces, drawing from the model's own generator.
    ///
    /// @param temperature see [GenerateOptions]
    /// @throws InvalidInputException if the temperature is out of range
    /// @throws IllegalStateException before [#initParams()]
    public Sample generate(double temperature) {
        return generate(GenerateOptions.defaults().withTemperature(temperature).withViz(true));
    }

    /// Generates a text, drawing from the model's own generator.
    ///
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Sample generate(GenerateOptions generateOptions) {
        return generate(generateOptions, random);
    }

    /// Generates a text, drawing from a given generator. Changes nothing in the model.
    ///
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Sample generate(GenerateOptions generateOptions, RandomSource source) {
        return languageModel().generate(generateOptions, source);
    }

    /// Scores a text: computes how likely each of its tokens is under the model.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the likelihood is not finite
    public Score score(String text) {
        return languageModel().score(text);
    }

    /// Returns the traces of a forward pass over a text.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Inspection inspect(String text) {
        return languageModel().inspect(text);
    }

    /// Returns the token embeddings, in the order of the token ids.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public List<TokenEmbedding> getEmbeddings() {
        return languageModel().getEmbeddings();
    }

    /// Returns this model for inference. Its results follow the parameters, which each step changes.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public LanguageModel languageModel() {
        if (model == null) {
            throw notInitialised();
        }
        return model;
    }

    private LanguageModel languageModel(Predictor predictor) {
        return new LanguageModel(corpus().tokenizer(), options.blockSize(), predictor);
    }

    private void install(Engine trainer) {
        engine = trainer;
        model = languageModel(trainer.predictor());
    }

    private ModelShape shape() {
        return options.shape(corpus().tokenizer().vocabSize());
    }

    /// Estimates the memory of a model and one training step, before [#initParams()] allocates any of it.
    ///
    /// @return bytes, at most `Long.MAX_VALUE`
    public static long estimateBytes(ModelOptions options, Corpus corpus) {
        return estimateBytes(options, corpus.tokenizer().vocabSize(), corpus.longest());
    }

    /// Estimates the memory of a model and one training step, for documents that are not loaded yet.
    ///
    /// @param vocabSize V
    /// @param longest length of the longest document in tokens
    /// @return bytes, at most `Long.MAX_VALUE`
    public static long estimateBytes(ModelOptions options, int vocabSize, long longest) {
        int tokens = (int) Math.min(Integer.MAX_VALUE, longest + 1);
        return Engine.estimateBytes(options, vocabSize, tokens);
    }

    /// Returns the parameter matrices, (3 + 6 L).
    ///
    /// @throws IllegalStateException before [#loadData]
    public List<Matrix> matrices() {
        return Matrix.of(shape());
    }

    /// Returns one number for each parameter: its value, gradient or moment, in the order of [Matrix#of].
    ///
    /// @param state a current or earlier state of this model
    /// @return (numParams)
    public double[] parameters(ModelState state, ParameterKind kind) {
        return switch (kind) {
            case WEIGHT -> state.params();
            case GRADIENT ->
                    state.trained()
                            .gradients(
                                    state.documents().batch(state.options(), state.nextDocument()),
                                    state.options().settings(state.step()));
            case M -> state.m();
            case V -> state.v();
        };
    }

    /// Returns the inputs of the training step that follows a state.
    ///
    /// @param state a current or earlier state of this model
    /// @throws IllegalStateException if the model was restored without documents
    public StepInputs stepAfter(ModelState state) {
        requireDocuments(state.documents());
        return new StepInputs(state);
    }

    private void requireDocuments() {
        requireDocuments(documents());
    }

    private static void requireDocuments(TrainingDocuments documents) {
        if (documents.corpus().size() == 0) {
            throw new IllegalStateException("the model was restored without documents");
        }
    }

    /// Returns the position embeddings of a state, learned or sinusoidal, (blockSize, C).
    ///
    /// @param state a current or earlier state of this model
    /// @throws InvalidInputException if positions have no embeddings
    public double[][] positionEmbeddings(ModelState state) {
        return switch (options.architecture().position()) {
            case LEARNED ->
                    state.matrices().stream()
                            .filter(matrix -> matrix.name().equals("wpe"))
                            .findFirst()
                            .orElseThrow()
                            .rows(state.params());
            case SINUSOIDAL -> sinusoids();
            case ROPE, ALIBI, NONE ->
                    throw InvalidInputException.outOfRange(
                            ModelOption.POSITION.name(),
                            null,
                            null,
                            null,
                            "positions have embeddings only if the option position is learned or sinusoidal");
        };
    }

    private double[][] sinusoids() {
        int width = options.nEmbd();
        double[][] rows = new double[options.blockSize()][width];
        for (int position = 0; position < rows.length; position++) {
            int row = position;
            Arrays.setAll(rows[row], i -> Wavelengths.sinusoid(row, i, width));
        }
        return rows;
    }

    /// Describes in one line which kernels the tensor engine uses on this machine: SIMD, or why not SIMD.
    public static String kernels() {
        return KernelProvider.description();
    }

    /// Returns statistics over all parameters.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public ParamStats paramStats() {
        return engine().paramStats();
    }

    /// Returns the number of steps trained.
    public long step() {
        return losses.size();
    }

    /// Returns the number of parameters.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public int numParams() {
        return engine().numParams();
    }

    /// Returns the model's own generator, not a copy: drawing from it changes what the model draws later.
    public RandomSource random() {
        return random;
    }

    /// Replaces the state of the model's own generator.
    ///
    /// @param words a state as returned by [RandomSource#words()]
    /// @throws IllegalArgumentException if the words are not a state of this model's kind of generator
    public void restoreRandom(int[] words) {
        random = options.random().restore(words);
    }

    /// Returns a new generator of the same kind as the model's own.
    ///
    /// @throws InvalidInputException if the seed is out of range for this kind
    public RandomSource newRandom(long seed) {
        options.random().requireSeed(seed);
        return options.random().create(seed);
    }

    /// Returns the losses of the newest steps, at most [LossHistory#EXACT] of them, oldest first, in nats.
    public double[] getLossHistory() {
        return losses.newest(LossHistory.EXACT);
    }

    /// Returns the losses of all steps, including those too old to be kept one by one. [#loadData] and
    /// [#initParams()] start a new history.
    public LossHistory lossHistory() {
        return losses;
    }

    /// Returns the shape of the model and of its data.
    public ModelConfig getConfig() {
        return new ModelConfig(
                options.nEmbd(),
                options.nHead(),
                options.nLayer(),
                options.blockSize(),
                options.headDim(),
                documents == null ? 0 : documents.tokenizer().vocabSize(),
                documents == null ? 0 : documents.corpus().size());
    }

    /// Returns the documents and their training order.
    ///
    /// @throws IllegalStateException before [#loadData]
    public TrainingDocuments documents() {
        if (documents == null) {
            throw new IllegalStateException("no data yet: call loadData() first");
        }
        return documents;
    }

    /// Returns the documents.
    ///
    /// @throws IllegalStateException before [#loadData]
    public Corpus corpus() {
        return documents().corpus();
    }

    /// Returns the documents' indices in training order, (numDocs).
    public int[] order() {
        return documents().order();
    }

    /// Returns the training order that [#loadData] gives a new model, as indices of documents, (numDocs).
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
