package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.Trace;
import dev.microgpt.engine.TrainingStep;

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
        @DefaultValue("1000") int connections,
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
    void check(ModelOptions options) {
        InvalidInputException.requireRange("nEmbd", options.nEmbd(), 1, nEmbd);
        InvalidInputException.requireRange("nLayer", options.nLayer(), 1, nLayer);
        InvalidInputException.requireRange("blockSize", options.blockSize(), 1, blockSize);
        InvalidInputException.requireRange("batchSize", options.batchSize(), 1, batchSize);
        int smallestVocabulary = 2;
        InvalidInputException.requireRange(
                "numParams", options.numParams(smallestVocabulary), 1, parameters);
    }

    /// @throws InvalidInputException if the model is too large for this text
    void check(ModelOptions options, Corpus corpus) {
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

    /// @throws InvalidInputException if a reply would carry too many numbers
    void checkTraces(Snapshot session, StepCall call) {
        checkTraces((double) call.tracedSteps() * tracesPerStep(session));
    }

    /// @throws InvalidInputException if a reply would carry too many numbers
    void checkTraces(Snapshot session, GenerateCall call) {
        if (call.options().viz()) {
            int blockSize = session.view().options().blockSize();
            checkTraces((double) call.count() * traces(session.view(), blockSize));
        }
    }

    /// @throws InvalidInputException if a reply would carry too many numbers
    void checkTraces(Snapshot session, String text) {
        int tokens = Math.min(text.length() + 1, session.view().options().blockSize());
        checkTraces((double) traces(session.view(), tokens));
    }

    /// @throws InvalidInputException if a reply would carry, or be made of, too many numbers
    void checkNumbers(double numbers) {
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

    /// Bytes of a number of a graph that is walked, with its place and its edges, and of an answer with it.
    private static final int BYTES_PER_NODE = 160;

    /// @param document index in the batch
    /// @throws InvalidInputException if a step is too large to be taken apart
    void checkGraph(TrainingStep step, int document) {
        double nodes = step.estimateNodes();
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
        CallMemory.require(
                Math.round(step.estimateNodes(document)) * BYTES_PER_NODE, "the graph of the step");
    }

    /// What an answer that carries so many numbers takes, until it has been sent: each as a number and as
    /// text.
    private static final int BYTES_PER_NUMBER = 32;

    private void checkTraces(double size) {
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
        CallMemory.require(Math.round(size) * BYTES_PER_NUMBER, "the answer");
    }

    /// Whether the traces of a training step are small enough for a message.
    boolean allowsTrace(Snapshot session) {
        return tracesPerStep(session) <= traceValues;
    }

    private static long tracesPerStep(Snapshot session) {
        return traces(session.view(), session.longestSequence());
    }

    private static long traces(SessionView view, int tokens) {
        Integer vocabSize = view.vocabSize();
        return vocabSize == null ? 0 : Trace.size(view.options(), vocabSize, tokens);
    }
}
