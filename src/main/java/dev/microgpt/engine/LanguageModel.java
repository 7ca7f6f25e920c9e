package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.tensor.BatchDecoder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A model for inference: generates texts, scores them, and shows forward passes and embeddings. It needs an
/// tokenizer and parameters, but neither gradients nor an optimiser. Not thread-safe.
public final class LanguageModel {

    private final Tokenizer tokenizer;
    private final int blockSize;
    private final Predictor predictor;

    LanguageModel(Tokenizer tokenizer, int blockSize, Predictor predictor) {
        this.tokenizer = tokenizer;
        this.blockSize = blockSize;
        this.predictor = predictor;
    }

    /// Returns a model for inference with the parameters of a state. It shares these with the state, and keeps
    /// nothing else of it in memory.
    public static LanguageModel of(ModelState state) {
        return new LanguageModel(
                state.documents().tokenizer(),
                state.options().blockSize(),
                state.trained().predictor());
    }

    /// Estimates the memory of this model: parameters, and all buffers that the longest texts need.
    ///
    /// @return bytes, at most `Long.MAX_VALUE`
    public long estimateBytes() {
        return predictor.estimateBytes();
    }

    /// Estimates the memory of a model before it is created.
    ///
    /// @param vocabSize V
    /// @return bytes, at most `Long.MAX_VALUE`
    public static long estimateBytes(ModelOptions options, int vocabSize) {
        return Predictor.estimateBytes(options.engine(), options.shape(vocabSize));
    }

    int blockSize() {
        return blockSize;
    }

    /// Returns the tokenizer of the model.
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Receives each token as it is generated.
    public interface TokenListener {

        /// Receives one token.
        ///
        /// @param tokenId the token's id
        /// @param prob its probability, 0 to 1
        /// @return whether to continue; if false, the text ends with this token
        boolean generated(int tokenId, double prob);
    }

    /// Generates a text. Changes nothing in the model.
    ///
    /// @param source the generator to draw from
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws DivergedException if the logits are not finite
    public Sample generate(GenerateOptions generateOptions, RandomSource source) {
        return generate(generateOptions, source, (_, _) -> true);
    }

    /// Generates a text, and passes each generated token to a listener. Those of the prompt are not
    /// passed. Changes nothing in the model.
    ///
    /// @param source the generator to draw from
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws DivergedException if the logits are not finite
    public Sample generate(
            GenerateOptions generateOptions, RandomSource source, TokenListener listener) {
        int[] prompt = tokenizer.encode(generateOptions.prompt(), "prompt");
        requirePromptFits(prompt.length);
        Predictor.Decoder decoder = predictor.newDecoder(generateOptions.viz());
        Sampler sampler = new Sampler(generateOptions, source);
        List<double[]> allProbs = new ArrayList<>();
        double[] probs = new double[tokenizer.vocabSize()];
        int[] tokens = new int[blockSize];
        int length = 0;
        int token = tokenizer.bos();
        while (length < tokens.length) {
            decoder.next(token);
            decoder.probabilities(generateOptions.temperature(), probs);
            double[] allowed = sampler.filtered(probs);
            if (generateOptions.viz()) {
                allProbs.add(allowed.clone());
            }
            boolean isPrompt = length < prompt.length;
            token = isPrompt ? prompt[length] : sampler.choose(allowed);
            if (token == tokenizer.bos()) {
                break;
            }
            tokens[length++] = token;
            if (!isPrompt && !listener.generated(token, allowed[token])) {
                break;
            }
        }
        int[] generated = Arrays.copyOf(tokens, length);
        List<Trace> traces = withProbs(decoder, allProbs);
        return new Sample(tokenizer.decode(generated), generated, traces);
    }

    /// Starts generating many texts at a time.
    ///
    /// @param source the state of the generator to draw from
    /// @param former what generated texts before; null for none
    /// @param lanes how many texts can be advanced at the same time: one or two times the sequences of a decoder
    /// @param runner runs two lanes
    /// @return null if texts are generated one by one only
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws DivergedException if the logits are not finite
    @Nullable ChainedTexts newChains(
            GenerateOptions generateOptions,
            RandomSource source,
            @Nullable ChainedTexts former,
            int lanes,
            ParallelRunner runner) {
        int[] prompt = tokenizer.encode(generateOptions.prompt(), "prompt");
        requirePromptFits(prompt.length);
        int longest = blockSize - prompt.length;
        if (generateOptions.viz() || !ChainedTexts.canGenerate(generateOptions, longest)) {
            return null;
        }
        Predictor.Decoder decoder = predictor.newDecoder(/* traced= */ false);
        decoder.next(tokenizer.bos());
        for (int token : prompt) {
            decoder.next(token);
        }
        List<BatchDecoder> batches = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            BatchDecoder unused = former == null ? null : former.decoder(lane);
            BatchDecoder batch = predictor.newBatch(decoder, unused);
            if (batch == null) {
                return null;
            }
            batches.add(batch);
        }
        double[] probs = new double[tokenizer.vocabSize()];
        decoder.probabilities(generateOptions.temperature(), probs);
        ChainSampling sampling =
                new ChainSampling(generateOptions, tokenizer.bos(), longest, probs, source.copy());
        return new ChainedTexts(batches, runner, sampling, tokenizer, prompt);
    }

    private static List<Trace> withProbs(Predictor.Decoder decoder, List<double[]> allProbs) {
        if (allProbs.isEmpty()) {
            return List.of();
        }
        List<Trace> traces = decoder.traces();
        return IntStream.range(0, allProbs.size())
                .mapToObj(i -> traces.get(i).withProbs(allProbs.get(i)))
                .toList();
    }

    private void requirePromptFits(int length) {
        if (length > blockSize) {
            throw InvalidInputException.outOfRange(
                    "prompt",
                    length,
                    0,
                    blockSize,
                    String.format(
                            Locale.ROOT,
                            "the prompt may have at most blockSize (%d) %s, but has %d",
                            blockSize,
                            tokenizer.kind() == TokenizerKind.CHARS ? "characters" : "tokens",
                            length));
        }
    }

    /// Scores a text: computes how likely each of its tokens is under the model. Those beyond the
    /// context are ignored.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws DivergedException if the likelihood or the perplexity is not finite
    public Score score(String text) {
        return score(text, "text");
    }

    /// Scores a text whose name in error messages is given.
    ///
    /// @param field name of the text in error messages
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws DivergedException if the likelihood or the perplexity is not finite
    public Score score(String text, String field) {
        int[] tokens = withBos(text, field);
        return score(text, tokens, predictor.losses(tokens));
    }

    /// Returns what computes the surprisals of many texts.
    Predictor.BatchLosses batchLosses() {
        return predictor.batchLosses();
    }

    /// @param tokens of the text, with BOS at both ends
    /// @param surprisals of those that are scored, in nats
    Score score(String text, int[] tokens, double[] surprisals) {
        double total = Arrays.stream(surprisals).sum();
        if (!Double.isFinite(total)) {
            throw new DivergedException("the likelihood is not finite");
        }
        double perplexity = Math.exp(total / surprisals.length);
        if (!Double.isFinite(perplexity)) {
            throw new DivergedException("the perplexity is not finite");
        }
        boolean truncated = surprisals.length < tokens.length - 1;
        int end = truncated ? 0 : 1;
        int[] scored = Arrays.copyOfRange(tokens, 1, 1 + surprisals.length - end);
        double bits = total / Math.log(2);
        double bitsPerCharacter = bits / (tokenizer.characters(scored) + end);
        return new Score(text, -total, scored, surprisals, perplexity, bitsPerCharacter, truncated);
    }

    /// Returns the traces of a forward pass over a text. Tokens beyond the context are ignored.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    /// @throws DivergedException if the logits are not finite
    public Inspection inspect(String text) {
        int[] tokens = withBos(text, "text");
        int[] read = Arrays.copyOf(tokens, Math.min(tokens.length - 1, blockSize));
        Predictor.Decoder decoder = predictor.newDecoder(true);
        List<double[]> allProbs = new ArrayList<>();
        for (int token : read) {
            double[] probs = new double[tokenizer.vocabSize()];
            decoder.next(token);
            decoder.probabilities(1, probs);
            allProbs.add(probs);
        }
        boolean truncated = read.length < tokens.length - 1;
        return new Inspection(text, read, withProbs(decoder, allProbs), truncated);
    }

    /// Returns the traces of a forward pass over a sequence, without the probabilities. They equal those that
    /// [#inspect] returns for the same tokens.
    ///
    /// @param tokens token ids, beginning with BOS; at most blockSize
    public List<Trace> traces(int[] tokens) {
        return predictor.traces(tokens);
    }

    /// Returns the tokens of a text with BOS at both ends.
    ///
    /// @throws InvalidInputException if the text has an unknown character
    int[] withBos(String text, String field) {
        int[] encoded = tokenizer.encode(text, field);
        int[] tokens = new int[encoded.length + 2];
        tokens[0] = tokenizer.bos();
        System.arraycopy(encoded, 0, tokens, 1, encoded.length);
        tokens[tokens.length - 1] = tokenizer.bos();
        return tokens;
    }

    /// Returns the token embeddings, in the order of the token ids, (V).
    public List<TokenEmbedding> getEmbeddings() {
        return IntStream.range(0, tokenizer.vocabSize())
                .mapToObj(
                        id -> new TokenEmbedding(id, tokenizer.symbol(id), predictor.embedding(id)))
                .toList();
    }
}
