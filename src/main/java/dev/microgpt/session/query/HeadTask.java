package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.Trace;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Measures what the heads of a model attend to, document by document. The documents are spread evenly over
/// the training text, so they are always the same.
public final class HeadTask implements SlicedTask<HeadMeasurements> {

    private static final int MAX_DOCUMENTS = 200;

    /// Positions times parameters that the engines read in about half a second.
    private static final double TENSOR_WORK = 2e9;

    private static final double SCALAR_WORK = 12e6;

    private final LanguageModel model;
    private final Corpus corpus;
    private final int documents;
    private final int tokensPerDocument;
    private final AttentionSums[][] heads; // (L, H)
    private final AttentionSums even = new AttentionSums();
    private int done; // documents

    private HeadTask(
            LanguageModel model,
            ModelOptions options,
            Corpus corpus,
            int documents,
            int tokensPerDocument) {
        this.model = model;
        this.corpus = corpus;
        this.documents = documents;
        this.tokensPerDocument = tokensPerDocument;
        heads = new AttentionSums[options.nLayer()][options.nHead()];
        for (AttentionSums[] layer : heads) {
            Arrays.setAll(layer, _ -> new AttentionSums());
        }
    }

    /// Creates the task for a model, which has at least one document.
    ///
    /// @param maxTraceValues limit on the number of values in the traces of one document; of longer documents,
    ///     only the beginning is measured
    public static HeadTask of(ModelState state, long maxTraceValues) {
        ModelOptions options = state.options();
        Corpus corpus = state.documents().corpus();
        int vocabSize = corpus.tokenizer().vocabSize();
        int tokens = (int) Math.min(options.blockSize(), corpus.longest() + 1L);
        while (tokens > 1 && Trace.size(options, vocabSize, tokens) > maxTraceValues) {
            tokens /= 2;
        }
        double work = options.engine() == EngineKind.SCALAR ? SCALAR_WORK : TENSOR_WORK;
        double affordable = work / ((double) options.numParams(vocabSize) * tokens);
        int most = (int) Math.clamp(affordable, 1, MAX_DOCUMENTS);
        LanguageModel model = LanguageModel.of(state);
        return new HeadTask(model, options, corpus, Math.min(most, corpus.size()), tokens);
    }

    @Override
    public @Nullable HeadMeasurements slice(long deadline) {
        while (done < documents) {
            measure(corpus.spread(done, documents));
            done++;
            if (System.nanoTime() >= deadline) {
                break;
            }
        }
        return done == documents ? result() : null;
    }

    private void measure(int index) {
        int[] tokens = corpus.tokens(index, tokensPerDocument + 1);
        int[] read =
                Arrays.copyOf(tokens, tokens.length - 1); // nothing is predicted from the last one
        List<Trace> traces = model.traces(read);
        DocumentCharacters characters = new DocumentCharacters(read, corpus.tokenizer());
        for (int t = AttentionSums.FIRST; t < read.length; t++) {
            double[] equal = new double[t + 1];
            Arrays.fill(equal, 1.0 / equal.length);
            even.add(characters, t, equal);
            double[][][] weights = traces.get(t).attentionWeights(); // (L, H, t + 1)
            for (int layer = 0; layer < heads.length; layer++) {
                for (int head = 0; head < heads[layer].length; head++) {
                    heads[layer][head].add(characters, t, weights[layer][head]);
                }
            }
        }
    }

    private HeadMeasurements result() {
        List<HeadMeasurements.Head> measured = new ArrayList<>();
        if (even.positions() > 0) {
            for (int layer = 0; layer < heads.length; layer++) {
                for (int head = 0; head < heads[layer].length; head++) {
                    Attention means = Objects.requireNonNull(heads[layer][head].means());
                    measured.add(new HeadMeasurements.Head(layer, head, means));
                }
            }
        }
        return new HeadMeasurements(
                documents, even.positions(), even.repeats(), even.means(), measured);
    }
}
