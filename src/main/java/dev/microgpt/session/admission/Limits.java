package dev.microgpt.session.admission;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/// What is allowed, under `microgpt.limits`. Everything is checked before memory is taken.
///
/// @param sessions sessions at a time
/// @param parameters parameters of a model
/// @param modelBytes memory of a model and one of its training steps, about; 0 stands for a quarter
///     of the largest possible heap
/// @param keyframeBytes memory for the keyframes of all sessions; 0 stands for an eighth of the largest
///     possible heap
/// @param sessionBytes memory of sessions, about: beyond it, those that are not in use are put away into
///     the store, the longest unused first; 0 stands for a quarter of the largest possible heap
/// @param memoryBytes memory of sessions, and of calls with much in them, together, about: what would not
///     fit is refused; 0 stands for half of the largest possible heap
/// @param nEmbd embedding width
/// @param nLayer layers
/// @param blockSize context length in tokens
/// @param batchSize documents in a step
/// @param textBytes bytes of training text as UTF-8
/// @param documents documents of a training text
/// @param vocabulary different characters of a training text, plus one
/// @param stepsPerCall steps in one call
/// @param stepsPerRun steps of a run
/// @param samplesPerCall samples in one call
/// @param textsPerCall texts to score in one call
/// @param traceValues numbers in the traces that one reply carries, or characters of its documents
/// @param graphNodes numbers in the graphs of a step that is taken apart
/// @param lossesPerCall raw losses or buckets in one reply
/// @param queuedCalls calls that may wait for one session
/// @param connections live connections at a time
/// @param callTime how long one call may take
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
        @DefaultValue("10000") int textsPerCall,
        @DefaultValue("4000000") long traceValues,
        @DefaultValue("2000000") long graphNodes,
        @DefaultValue("100000") int lossesPerCall,
        @DefaultValue("1000") int queuedCalls,
        @DefaultValue("3000") int connections,
        @DefaultValue("1h") Duration callTime) {

    public Limits {
        if (modelBytes == 0) {
            modelBytes = Runtime.getRuntime().maxMemory() / 4;
        }
        if (keyframeBytes == 0) {
            keyframeBytes = Runtime.getRuntime().maxMemory() / 8;
        }
        if (sessionBytes == 0) {
            sessionBytes = Runtime.getRuntime().maxMemory() / 4;
        }
        if (memoryBytes == 0) {
            memoryBytes = Runtime.getRuntime().maxMemory() / 2;
        }
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
                textsPerCall,
                traceValues,
                graphNodes,
                lossesPerCall,
                queuedCalls,
                connections,
                callTime.toNanos());
        new Corpus.Limits(textBytes, documents, vocabulary); // checks them
    }

    private static void requirePositive(long... limits) {
        for (long limit : limits) {
            if (limit < 1) {
                throw new IllegalArgumentException(
                        "limits under microgpt.limits must be at least 1, but one is " + limit);
            }
        }
    }

    /// The limits of a training text.
    public Corpus.Limits ofText() {
        return new Corpus.Limits(textBytes, documents, vocabulary);
    }

    /// @throws InvalidInputException if a model with these options is too large for any text
    public void check(ModelOptions options) {
        InvalidInputException.requireRange("nEmbd", options.nEmbd(), 1, nEmbd);
        InvalidInputException.requireRange("nLayer", options.nLayer(), 1, nLayer);
        InvalidInputException.requireRange("blockSize", options.blockSize(), 1, blockSize);
        InvalidInputException.requireRange("batchSize", options.batchSize(), 1, batchSize);
        int smallestVocabulary = 2;
        InvalidInputException.requireRange(
                "numParams", options.numParams(smallestVocabulary), 1, parameters);
    }

    /// @throws InvalidInputException if the model is too large for this text
    public void check(ModelOptions options, Corpus corpus) {
        check(options);
        long shown = (long) options.batchSize() * corpus.longest();
        if (shown > traceValues) {
            throw InvalidInputException.tooLarge(
                    "documentCharacters",
                    traceValues / options.batchSize(),
                    ("the longest document has %d characters, but with batchSize %d a document may have"
                                    + " at most %d, as a step's reply repeats its documents")
                            .formatted(
                                    corpus.longest(),
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
                    ("the model and a step of it would take about %d bytes, but %d are allowed: choose a"
                                    + " smaller nEmbd, nLayer or blockSize, or set"
                                    + " microgpt.limits.model-bytes")
                            .formatted(bytes, modelBytes));
        }
    }

    /// @param vocabSize of the model
    /// @param characters that the longest document may have
    /// @throws InvalidInputException if the model is too large
    public void check(ModelOptions options, int vocabSize, long characters) {
        check(options);
        InvalidInputException.requireRange("vocabulary", vocabSize, 2, vocabulary);
        InvalidInputException.requireRange(
                "numParams", options.numParams(vocabSize), 1, parameters);
        requireMemory(MicroGpt.estimateBytes(options, vocabSize, characters));
    }

    /// @throws InvalidInputException if a reply would carry, or be made of, too many numbers
    public void checkNumbers(double numbers) {
        if (numbers > traceValues) {
            throw InvalidInputException.outOfRange(
                    "matrix",
                    null,
                    null,
                    traceValues,
                    "that takes %.0f numbers, but a reply may take at most %d"
                            .formatted(numbers, traceValues));
        }
    }

    /// @param nodes numbers in the graph of a step, about
    /// @throws InvalidInputException if a step is too large to be taken apart
    public void checkGraph(double nodes) {
        if (nodes > graphNodes) {
            throw InvalidInputException.outOfRange(
                    "graphNodes",
                    Math.round(nodes),
                    1,
                    graphNodes,
                    ("the step has about %.0f numbers, but at most %d can be taken apart: a smaller nEmbd,"
                                    + " nLayer, blockSize or batchSize has fewer")
                            .formatted(nodes, graphNodes));
        }
    }

    /// @param size numbers in the traces of a reply
    /// @throws InvalidInputException if that is too many
    public void checkTraces(double size) {
        if (size > traceValues) {
            throw InvalidInputException.outOfRange(
                    "viz",
                    null,
                    null,
                    traceValues,
                    ("the traces would have up to %.0f numbers, but a reply carries at most %d: ask for"
                                    + " fewer, or for none")
                            .formatted(size, traceValues));
        }
    }
}
