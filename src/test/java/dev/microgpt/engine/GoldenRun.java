package dev.microgpt.engine;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The output of a reference program that trained a model and generated from it.
sealed interface GoldenRun {

    String label();

    /// The training text; null for the bundled names.
    @Nullable String text();

    ModelOptions modelOptions();

    static List<MicrogptJs> ofMicrogptJs() throws IOException {
        try (InputStream json = open("/golden/microgptjs.json")) {
            return JsonMapper.shared().readValue(json, MicrogptJs.File.class).runs();
        }
    }

    static List<MicrogptPy> ofMicrogptPy() throws IOException {
        try (InputStream json = open("/golden/microgpt-py.json")) {
            return JsonMapper.shared().readValue(json, MicrogptPy.File.class).runs();
        }
    }

    private static InputStream open(String resource) {
        return Objects.requireNonNull(GoldenRun.class.getResourceAsStream(resource), resource);
    }

    default Corpus corpus() throws IOException {
        String text = text();
        if (text != null) {
            return Corpus.of(text);
        }
        try (InputStream names = open("/datasets/names.txt")) {
            return Corpus.read(names, Corpus.Limits.NONE);
        }
    }

    /// A sample of the initial parameters.
    ///
    /// @param first10 the first ten parameters
    /// @param sum the sum of all parameters
    record InitialParams(double[] first10, double sum) {}

    /// A run of microgptjs.
    ///
    /// @param options the options passed to its constructor
    /// @param chars the alphabet
    /// @param firstDocs the first documents after shuffling
    /// @param step1 the result of the first step
    /// @param embeddings the token embeddings after the last step and sample
    record MicrogptJs(
            String label,
            Map<String, Double> options,
            @Nullable String text,
            ModelInfo info,
            ModelConfig config,
            String chars,
            int bos,
            List<String> firstDocs,
            InitialParams initialParams,
            double[] losses,
            List<String> docs,
            double[] learningRates,
            List<StatsAtStep> paramStats,
            Step1 step1,
            List<Generated> generated,
            List<Embedding> embeddings)
            implements GoldenRun {

        private record File(List<MicrogptJs> runs) {}

        record StatsAtStep(long step, double mean, double std) {}

        record Step1(int[] tokens, List<Trace> vizData) {}

        /// A generated text.
        ///
        /// @param vizData present only for the first text of a run
        record Generated(
                double temperature, String text, int[] tokens, @Nullable List<Trace> vizData) {}

        record Embedding(int tokenId, @JsonProperty("char") String symbol, double[] embedding) {}

        @Override
        public ModelOptions modelOptions() {
            ModelOptions.Builder builder = ModelOptions.builder().engine(EngineKind.SCALAR);
            options.forEach(
                    (name, value) -> {
                        switch (name) {
                            case "seed" -> builder.seed(value.longValue());
                            case "nEmbd" -> builder.nEmbd(value.intValue());
                            case "nHead" -> builder.nHead(value.intValue());
                            case "nLayer" -> builder.nLayer(value.intValue());
                            case "blockSize" -> builder.blockSize(value.intValue());
                            case "learningRate" -> builder.learningRate(value);
                            case "numSteps" -> builder.numSteps(value.longValue());
                            default -> throw new AssertionError("unknown option " + name);
                        }
                    });
            return builder.build();
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /// A run of microgpt.py.
    ///
    /// @param config the variables of the program
    /// @param docs the documents of the first steps
    record MicrogptPy(
            String label,
            @Nullable String text,
            long seed,
            long numSteps,
            Map<String, Integer> config,
            int numParams,
            InitialParams initialParams,
            double[] losses,
            List<String> docs,
            double temperature,
            List<String> samples)
            implements GoldenRun {

        private record File(List<MicrogptPy> runs) {}

        @Override
        public ModelOptions modelOptions() {
            ModelOptions.Builder builder =
                    ModelOptions.builder()
                            .engine(EngineKind.SCALAR)
                            .random(RandomKind.PYTHON)
                            .seed(seed)
                            .numSteps(numSteps);
            config.forEach(
                    (name, value) -> {
                        switch (name) {
                            case "n_embd" -> builder.nEmbd(value);
                            case "n_layer" -> builder.nLayer(value);
                            case "block_size" -> builder.blockSize(value);
                            default -> throw new AssertionError("unknown variable " + name);
                        }
                    });
            return builder.build();
        }

        @Override
        public String toString() {
            return label;
        }
    }
}
