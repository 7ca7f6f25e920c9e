package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.RandomKind;

import java.util.Objects;

/// The options of a model, as stored in the database.
record StoredOptions(
        @JsonProperty("seed") long seed,
        @JsonProperty("nEmbd") int nEmbd,
        @JsonProperty("nHead") int nHead,
        @JsonProperty("nLayer") int nLayer,
        @JsonProperty("blockSize") int blockSize,
        @JsonProperty("learningRate") double learningRate,
        @JsonProperty("numSteps") long numSteps,
        @JsonProperty("engine") String engine,
        @JsonProperty("random") String random,
        @JsonProperty("batchSize") int batchSize) {

    StoredOptions {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(random, "random");
    }

    private static final EnumTags<EngineKind> ENGINES =
            new EnumTags<>(
                    "engine",
                    EngineKind.class,
                    kind ->
                            switch (kind) {
                                case TENSOR -> "TENSOR";
                                case SCALAR -> "SCALAR";
                            });

    private static final EnumTags<RandomKind> GENERATORS =
            new EnumTags<>(
                    "random generator",
                    RandomKind.class,
                    kind ->
                            switch (kind) {
                                case MULBERRY32 -> "MULBERRY32";
                                case PYTHON -> "PYTHON";
                            });

    static String write(ModelOptions options) {
        return StoredJson.write(
                new StoredOptions(
                        options.seed(),
                        options.nEmbd(),
                        options.nHead(),
                        options.nLayer(),
                        options.blockSize(),
                        options.learningRate(),
                        options.numSteps(),
                        ENGINES.tag(options.engine()),
                        GENERATORS.tag(options.random()),
                        options.batchSize()));
    }

    /// @throws DamagedException if the JSON is damaged
    static ModelOptions read(String json) {
        return StoredJson.read("the options", json, StoredOptions.class).options();
    }

    private ModelOptions options() {
        try {
            return ModelOptions.builder()
                    .seed(seed)
                    .nEmbd(nEmbd)
                    .nHead(nHead)
                    .nLayer(nLayer)
                    .blockSize(blockSize)
                    .learningRate(learningRate)
                    .numSteps(numSteps)
                    .engine(ENGINES.constant(engine))
                    .random(GENERATORS.constant(random))
                    .batchSize(batchSize)
                    .build();
        } catch (InvalidInputException e) {
            throw new DamagedException("the options are not valid: " + e.getMessage());
        }
    }
}
