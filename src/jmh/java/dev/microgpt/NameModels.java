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

    /// Returns the bundled names, joined to documents of a number of characters.
    static Corpus joinedNames(int characters) throws IOException {
        Corpus names = names();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            int[] tokens = names.tokens(i);
            for (int t = 1; t < tokens.length - 1; t++) {
                text.append(names.tokenizer().decode(new int[] {tokens[t]}));
                if (text.length() % (characters + 1) == characters) {
                    text.append('\n');
                }
            }
        }
        int whole = text.lastIndexOf("\n");
        return Corpus.of(text.substring(0, whole));
    }

    /// Returns an untrained model on the bundled names.
    static MicroGpt create(ModelOptions options) throws IOException {
        return create(options, names());
    }

    static MicroGpt create(ModelOptions options, Corpus documents) {
        MicroGpt model = new MicroGpt(options);
        model.loadData(documents);
        model.initParams();
        return model;
    }
}
