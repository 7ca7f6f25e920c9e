package dev.microgpt.session.admission;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.TokenizerKind;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;
import java.util.Map;

/// Limits on sessions, models and calls, under `microgpt.limits`. They are checked before memory is
/// allocated. All are maximum values.
///
/// @param sessions number of sessions
/// @param parameters number of parameters of a model
/// @param modelBytes estimated memory of a model and one of its training steps; 0 means a quarter of the
///     maximum heap
/// @param keyframeBytes memory for the keyframes of all sessions; 0 means an eighth of the maximum heap
/// @param sessionBytes estimated memory of all sessions, beyond which idle sessions are evicted, the least
///     recently used first; 0 means a quarter of the maximum heap
/// @param memoryBytes estimated memory of all sessions and large calls together, beyond which calls are
///     rejected; 0 means half of the maximum heap
/// @param nEmbd embedding width
/// @param nLayer number of layers
/// @param blockSize context length in tokens
/// @param batchSize number of documents in a step
/// @param textBytes size of a training text in UTF-8 bytes
/// @param documents number of documents of a training text
/// @param vocabulary number of different characters of a training text, plus one, or of byte-pair tokens
/// @param stepsPerCall number of steps in one call
/// @param stepsPerRun number of steps of a run
/// @param samplesPerCall number of samples in one call
/// @param probeSamples number of samples that the probes of one call generate, at all keyframes together
/// @param textsPerCall number of texts to score in one call
/// @param textsPerStream number of texts to generate or to score in one call that sends a line for each
/// @param traceValues number of values in the traces of one response, or of characters in its documents, or of bytes in
///     a text to tokenise and in its steps
/// @param graphNodes number of nodes in the computation graphs in one response about the anatomy of a step
/// @param lossesPerCall number of raw losses or buckets in one response
/// @param queuedCalls number of calls that may wait for one session, separately for short calls and training
/// @param connections number of live connections
/// @param callTime timeout of one call
@ConfigurationProperties("microgpt.limits")
public record Limits(
        @DefaultValue("10000") int sessions,
        @DefaultValue("20000000") long parameters,
        @DefaultValue("0") long modelBytes,
        @DefaultValue("0") long keyframeBytes,
        @DefaultValue("0") long sessionBytes,
        @DefaultValue("0") long memoryBytes,
        @DefaultValue("1024") int nEmbd,
        @DefaultValue("64") int nLayer,
        @DefaultValue("1024") int blockSize,
        @DefaultValue("1024") int batchSize,
        @DefaultValue("52428800") long textBytes,
        @DefaultValue("5000000") int documents,
        @DefaultValue("10000") int vocabulary,
        @DefaultValue("1000000") int stepsPerCall,
        @DefaultValue("1000000000000") long stepsPerRun,
        @DefaultValue("1000") int samplesPerCall,
        @DefaultValue("20000") int probeSamples,
        @DefaultValue("10000") int textsPerCall,
        @DefaultValue("1000000") int textsPerStream,
        @DefaultValue("4000000") long traceValues,
        @DefaultValue("2000000") long graphNodes,
        @DefaultValue("100000") int lossesPerCall,
        @DefaultValue("1000") int queuedCalls,
        @DefaultValue("3000") int connections,
        @DefaultValue("1h") Duration callTime) {

    public Limits {
        modelBytes = orHeap(modelBytes, 4);
        keyframeBytes = orHeap(keyframeBytes, 8);
        sessionBytes = orHeap(sessionBytes, 4);
        memoryBytes = orHeap(memoryBytes, 2);
        requirePositive(
                sessions,
                parameters,
                modelBytes,
                keyframeBytes,
                sessionBytes,
                memoryBytes,
                nEmbd,
                nLayer,
                blockSize,
                batchSize,
                stepsPerCall,
                stepsPerRun,
                samplesPerCall,
                probeSamples,
                textsPerCall,
                textsPerStream,
                traceValues,
                graphNodes,
                lossesPerCall,
                queuedCalls,
                connections,
                callTime.toNanos());
        new Corpus.Limits(textBytes, documents, vocabulary); // validates these three
    }

    /// Returns a limit of memory; if it is 0, a part of the maximum heap.
    private static long orHeap(long bytes, int parts) {
        return bytes == 0 ? Runtime.getRuntime().maxMemory() / parts : bytes;
    }

    private static void requirePositive(long... limits) {
        for (long limit : limits) {
            if (limit < 1) {
                throw new IllegalArgumentException(
                        "each limit under microgpt.limits must be at least 1, but one is " + limit);
            }
        }
    }

    /// Returns the limits on a training text. The vocabulary limit is checked later, by
    /// [#checkVocabulary].
    public Corpus.Limits ofText() {
        return new Corpus.Limits(textBytes, documents, Corpus.Limits.NONE.maxVocabulary());
    }

    /// Checks how many different tokens documents have.
    ///
    /// @throws InvalidInputException if there are too many
    public void checkVocabulary(Corpus corpus) {
        if (corpus.tokenizer().vocabSize() > vocabulary) {
            throw InvalidInputException.tooLarge(
                    "vocabulary",
                    vocabulary,
                    "the text has more than %d distinct %s"
                            .formatted(
                                    vocabulary - 1,
                                    corpus.tokenizer().kind() == TokenizerKind.CHARS
                                            ? "characters"
                                            : "tokens"));
        }
    }

    /// Returns the largest allowed value of an option: its limit here, if that is lower than its own maximum.
    public long max(IntegerOption option) {
        Map<IntegerOption, Integer> limits =
                Map.of(
                        ModelOption.N_EMBD, nEmbd,
                        ModelOption.N_HEAD, nEmbd, // of which it is a divisor
                        ModelOption.KV_HEADS, nEmbd,
                        ModelOption.N_LAYER, nLayer,
                        ModelOption.BLOCK_SIZE, blockSize,
                        ModelOption.BATCH_SIZE, batchSize,
                        ModelOption.VOCAB_SIZE, vocabulary);
        Integer limit = limits.get(option);
        return limit == null ? option.max() : Math.min(limit, option.max());
    }

    /// Checks the value of an option that a request gives.
    ///
    /// @param value null if the request does not give it
    /// @throws InvalidInputException if it is out of its range
    public void check(IntegerOption option, @Nullable Number value) {
        if (value != null) {
            InvalidInputException.requireRange(
                    option.name(), value.longValue(), option.min(), max(option));
        }
    }

    /// Checks the options of a model whose documents are not known yet.
    ///
    /// @throws InvalidInputException if the model would be too large for any text
    public void check(ModelOptions options) {
        for (ModelOption option : ModelOption.ALL) {
            boolean isUsed =
                    !option.equals(ModelOption.VOCAB_SIZE)
                            || options.tokenization().tokenizer() == TokenizerKind.BPE;
            if (option instanceof IntegerOption integer && isUsed) {
                check(integer, integer.value(options));
            }
        }
        int smallestVocabulary = 2;
        InvalidInputException.requireRange(
                "numParams", options.numParams(smallestVocabulary), 1, parameters);
    }

    /// Checks the options of a model for some documents.
    ///
    /// @throws InvalidInputException if the model would be too large for them
    public void check(ModelOptions options, Corpus corpus) {
        check(options);
        checkVocabulary(corpus);
        long repeatedCharacters = (long) options.batchSize() * corpus.longestCharacters();
        if (repeatedCharacters > traceValues) {
            throw InvalidInputException.tooLarge(
                    "documentCharacters",
                    traceValues / options.batchSize(),
                    ("the longest document has %d characters, but with batchSize %d a document may have"
                                    + " at most %d, as the response to a step repeats its documents")
                            .formatted(
                                    corpus.longestCharacters(),
                                    options.batchSize(),
                                    traceValues / options.batchSize()));
        }
        int vocabSize = corpus.tokenizer().vocabSize();
        InvalidInputException.requireRange(
                "numParams", options.numParams(vocabSize), 1, parameters);
        requireMemory(MicroGpt.estimateBytes(options, vocabSize, corpus.longest()));
    }

    private void requireMemory(long bytes) {
        if (bytes > modelBytes) {
            throw InvalidInputException.outOfRange(
                    "modelBytes",
                    bytes,
                    1,
                    modelBytes,
                    ("the model and a training step would take about %d bytes, but at most %d are allowed;"
                                    + " choose a smaller nEmbd, nLayer or blockSize, or increase"
                                    + " microgpt.limits.model-bytes")
                            .formatted(bytes, modelBytes));
        }
    }

    /// Checks the options of a model with a known vocabulary.
    ///
    /// @param vocabSize the vocabulary size of the model
    /// @param longest the length of the longest document, in tokens
    /// @throws InvalidInputException if the model is too large
    public void check(ModelOptions options, int vocabSize, long longest) {
        check(options);
        InvalidInputException.requireRange("vocabulary", vocabSize, 2, vocabulary);
        InvalidInputException.requireRange(
                "numParams", options.numParams(vocabSize), 1, parameters);
        requireMemory(MicroGpt.estimateBytes(options, vocabSize, longest));
    }

    private InvalidInputException tooMany(String field, String message) {
        return InvalidInputException.outOfRange(field, null, null, traceValues, message);
    }

    /// Checks the number of values that a response carries or is computed from.
    ///
    /// @throws InvalidInputException if there are too many
    public void checkNumbers(double numbers) {
        if (numbers > traceValues) {
            throw tooMany(
                    "matrix",
                    "the response needs %.0f numbers, but at most %d are allowed"
                            .formatted(numbers, traceValues));
        }
    }

    /// Checks the size of a text whose tokens a response is to show, or of the texts that it shows with them.
    ///
    /// @param subject what has that size, and the verb, for the error message
    /// @param bytes bytes of UTF-8
    /// @throws InvalidInputException if it is too large
    public void checkTokenised(String subject, long bytes) {
        if (bytes > traceValues) {
            throw tooMany(
                    "text",
                    "%s %d bytes of UTF-8, but at most %d are allowed"
                            .formatted(subject, bytes, traceValues));
        }
    }

    /// Checks the size of a step that is to be taken apart.
    ///
    /// @param nodes estimated number of nodes in the computation graphs of the step
    /// @throws InvalidInputException if there are too many
    public void checkGraph(double nodes) {
        if (nodes > graphNodes) {
            throw InvalidInputException.outOfRange(
                    "graphNodes",
                    Math.round(nodes),
                    1,
                    graphNodes,
                    ("the graph of the step has about %.0f nodes, but at most %d can be dissected; choose"
                                    + " a smaller nEmbd, nLayer, blockSize or batchSize")
                            .formatted(nodes, graphNodes));
        }
    }

    /// Checks the size of the traces in a response.
    ///
    /// @param size number of values in the traces
    /// @throws InvalidInputException if there are too many
    public void checkTraces(double size) {
        if (size > traceValues) {
            throw tooMany(
                    "viz",
                    ("the traces would have up to %.0f numbers, but a response carries at most %d; request"
                                    + " fewer traces or none")
                            .formatted(size, traceValues));
        }
    }
}
