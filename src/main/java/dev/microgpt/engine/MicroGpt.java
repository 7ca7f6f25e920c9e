package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
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
    private final RandomSource random;
    private @Nullable Corpus corpus;
    private int[] order = {}; // (numDocs), the corpus's documents in training order
    private int nextDocument; // to train on, index in the order
    private @Nullable Engine engine;
    private volatile LossHistory losses = new LossHistory();

    /// A model with the default options.
    public MicroGpt() {
        this(ModelOptions.defaults());
    }

    public MicroGpt(ModelOptions options) {
        this.options = options;
        random = options.random().create(options.seed());
    }

    private MicroGpt(MicroGpt other) {
        options = other.options;
        random = other.random.copy();
        corpus = other.corpus;
        order = other.order;
        nextDocument = other.nextDocument;
        engine = other.engine == null ? null : other.engine.copy();
        losses = other.losses.copy();
    }

    /// A model of its own that goes on as this one would: with the same parameters, state of the
    /// optimiser, generator, place in the documents, and losses so far.
    public MicroGpt copy() {
        return new MicroGpt(this);
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
        int[] shuffled = IntStream.range(0, documents.size()).toArray();
        random.shuffle(shuffled);
        corpus = documents;
        order = shuffled;
        engine = null; // parameters for another alphabet are of no use
        losses = new LossHistory();
    }

    /// Draws new parameters and starts counting steps anew.
    ///
    /// @throws IllegalStateException before [#loadData]
    public ModelInfo initParams() {
        Corpus documents = corpus();
        int vocabSize = documents.tokenizer().vocabSize();
        long numParams = options.numParams(vocabSize);
        InvalidInputException.requireRange("numParams", numParams, 1, Integer.MAX_VALUE - 8);
        double[] params = new double[(int) numParams];
        for (int i = 0; i < params.length; i++) {
            params[i] = random.gauss(0, INIT_STD);
        }
        engine = Engine.create(options, vocabSize, params);
        nextDocument = 0;
        losses = new LossHistory();
        return new ModelInfo(params.length, vocabSize, documents.size());
    }

    /// Trains one step: forward, loss, backward, Adam update on the next document (or batch).
    ///
    /// @return what the step did, with traces of the forward pass
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, its gradient or the new parameters are not finite; the
    ///     parameters stay as they were
    public StepResult trainStep() {
        return trainStep(true);
    }

    /// Trains one step.
    ///
    /// @param viz whether the result carries traces
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, its gradient or the new parameters are not finite; the
    ///     parameters stay as they were
    public StepResult trainStep(boolean viz) {
        Engine model = engine();
        List<Trace> traces = new ArrayList<>();
        long step = step();
        int first = nextDocument;
        double loss = advance(viz ? traces : null);
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
                model.paramStats(),
                traces);
    }

    /// Trains one step and tells nothing but its loss: the fast way through many steps.
    ///
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the loss, its gradient or the new parameters are not finite; the
    ///     parameters stay as they were
    public double advance() {
        return advance(null);
    }

    private double advance(@Nullable List<Trace> traces) {
        Engine model = engine();
        long step = step();
        // inputs and the target of the last one; at most what fits an array
        int trainedTokens = (int) Math.min(Integer.MAX_VALUE, options.blockSize() + 1L);
        int[][] batch = new int[options.batchSize()][];
        for (int b = 0; b < batch.length; b++) {
            batch[b] = corpus().tokens(documentAt(nextDocument, b), trainedTokens);
        }
        double loss = model.trainStep(batch, step, options.learningRateAt(step), traces);
        losses.append(loss);
        nextDocument = (int) (((long) nextDocument + batch.length) % order.length);
        return loss;
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
        Tokenizer tokenizer = corpus().tokenizer();
        int[] prompt = tokenizer.encode(generateOptions.prompt(), "prompt");
        requirePromptFits(prompt.length);
        Engine.Decoder decoder = engine().newDecoder(generateOptions.viz());
        Sampler sampler = new Sampler(generateOptions, source);
        List<double[]> allProbs = new ArrayList<>();
        double[] probs = new double[tokenizer.vocabSize()];
        int[] tokens = new int[options.blockSize()];
        int length = 0;
        int token = tokenizer.bos();
        while (length < tokens.length) {
            decoder.next(token);
            decoder.probabilities(generateOptions.temperature(), probs);
            double[] allowed = sampler.filtered(probs);
            if (generateOptions.viz()) {
                allProbs.add(allowed.clone());
            }
            token = length < prompt.length ? prompt[length] : sampler.choose(allowed);
            if (token == tokenizer.bos()) {
                break;
            }
            tokens[length++] = token;
        }
        int[] generated = Arrays.copyOf(tokens, length);
        List<Trace> traces = withProbs(decoder, allProbs);
        return new Sample(tokenizer.decode(generated), generated, traces);
    }

    private static List<Trace> withProbs(Engine.Decoder decoder, List<double[]> allProbs) {
        if (allProbs.isEmpty()) {
            return List.of();
        }
        List<Trace> traces = decoder.traces();
        return IntStream.range(0, allProbs.size())
                .mapToObj(i -> traces.get(i).withProbs(allProbs.get(i)))
                .toList();
    }

    private void requirePromptFits(int length) {
        if (length > options.blockSize()) {
            throw InvalidInputException.outOfRange(
                    "prompt",
                    length,
                    0,
                    options.blockSize(),
                    "the prompt may have at most blockSize (%d) characters, but has %d"
                            .formatted(options.blockSize(), length));
        }
    }

    /// Tells how likely the model finds a text, character by character.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the likelihood is not finite
    public Score score(String text) {
        int[] tokens = withBos(text);
        double[] surprisals = engine().losses(tokens);
        double total = Arrays.stream(surprisals).sum();
        if (!Double.isFinite(total)) {
            throw new DivergedException("the likelihood is not finite");
        }
        double perplexity = Math.exp(total / surprisals.length);
        boolean truncated = surprisals.length < tokens.length - 1;
        return new Score(text, -total, surprisals, perplexity, truncated);
    }

    /// Shows the forward pass over a text.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws IllegalStateException before [#initParams()]
    /// @throws DivergedException if the logits are not finite
    public Inspection inspect(String text) {
        int[] tokens = withBos(text);
        int[] read = Arrays.copyOf(tokens, Math.min(tokens.length - 1, options.blockSize()));
        Engine.Decoder decoder = engine().newDecoder(true);
        List<double[]> allProbs = new ArrayList<>();
        for (int token : read) {
            double[] probs = new double[corpus().tokenizer().vocabSize()];
            decoder.next(token);
            decoder.probabilities(1, probs);
            allProbs.add(probs);
        }
        boolean truncated = read.length < tokens.length - 1;
        return new Inspection(text, read, withProbs(decoder, allProbs), truncated);
    }

    private int[] withBos(String text) {
        Tokenizer tokenizer = corpus().tokenizer();
        int[] characters = tokenizer.encode(text, "text");
        int[] tokens = new int[characters.length + 2];
        tokens[0] = tokenizer.bos();
        System.arraycopy(characters, 0, tokens, 1, characters.length);
        tokens[tokens.length - 1] = tokenizer.bos();
        return tokens;
    }

    /// The memory in bytes that a model and one training step take, about: to be asked before
    /// [#initParams()] by those who have to share a machine.
    ///
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    public static long estimateBytes(ModelOptions options, Corpus documents) {
        return Engine.estimateBytes(
                options, documents.tokenizer().vocabSize(), documents.longest() + 1);
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

    /// The token embeddings, in the order of the token ids.
    ///
    /// @throws IllegalStateException before [#initParams()]
    public List<TokenEmbedding> getEmbeddings() {
        Engine model = engine();
        Tokenizer tokenizer = corpus().tokenizer();
        return IntStream.range(0, tokenizer.vocabSize())
                .mapToObj(id -> new TokenEmbedding(id, tokenizer.symbol(id), model.embedding(id)))
                .toList();
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

    private Engine engine() {
        if (engine == null) {
            throw new IllegalStateException(
                    "not initialised: call loadData() and initParams() first");
        }
        return engine;
    }
}
