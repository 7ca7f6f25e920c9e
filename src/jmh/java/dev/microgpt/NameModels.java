package dev.microgpt;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// Creates the models of the benchmarks.
final class NameModels {

    private NameModels() {}

    /// Returns the bundled names.
    static Corpus names() throws IOException {
        try (InputStream names = MicroGpt.class.getResourceAsStream("/datasets/names.txt")) {
            return Corpus.read(Objects.requireNonNull(names), Corpus.Limits.NONE);
        }
    }

    /// Returns an untrained model on the bundled names.
    static MicroGpt create(ModelOptions options) throws IOException {
        MicroGpt model = new MicroGpt(options);
        model.loadData(names());
        model.initParams();
        return model;
    }
}
