package dev.microgpt.session.query;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Evaluates probes, keyframe by keyframe and text by text, and then of documents. All probes share the generated
/// texts, which are those that `generate` gives for the same step and seed. The documents are spread evenly over
/// the training text, so they are always the same.
public final class ProbeTask implements SlicedTask<ProbeCurves> {

    private static final int MAX_DOCUMENTS = 1000;

    /// Maximum number of characters of all measured documents together.
    private static final int MAX_CHARACTERS = 1_000_000;

    private final ProbeCall call;
    private final Corpus corpus;
    private final RandomSource start; // the generator before the first text of each keyframe
    private final ArrayDeque<ModelState> remaining;
    private final int textsPerKeyframe;
    private final List<Long> steps = new ArrayList<>();
    private final List<List<@Nullable Double>> values = new ArrayList<>(); // (probes, steps)

    // The keyframe that is being evaluated; null between two.
    private @Nullable LanguageModel model;
    private RandomSource generator;
    private final double[] sums; // (probes), over its texts so far
    private int texts; // so far
    private boolean isFinite;
    private boolean isKnown; // whether it has tokens for the prompt

    private final int documents; // to measure
    private final double[] documentSums; // (probes), over the documents so far
    private int documentsDone;

    private ProbeTask(
            ProbeCall call, Corpus corpus, RandomSource start, ArrayDeque<ModelState> keyframes) {
        this.call = call;
        this.corpus = corpus;
        this.start = start;
        generator = start;
        remaining = keyframes;
        textsPerKeyframe = call.probes().stream().anyMatch(Probe::needsTexts) ? call.samples() : 0;
        sums = new double[call.probes().size()];
        call.probes().forEach(_ -> values.add(new ArrayList<>()));
        boolean measuresDocuments = call.probes().stream().anyMatch(Probe::measuresDocuments);
        int affordable =
                Math.min(MAX_DOCUMENTS, MAX_CHARACTERS / Math.max(1, corpus.longestCharacters()));
        documents = measuresDocuments ? Math.min(affordable, corpus.size()) : 0;
        documentSums = new double[call.probes().size()];
    }

    /// Creates the task for the keyframes that a session has now, and for its present model.
    ///
    /// @throws InvalidInputException if a step or the seed is out of range, or a text has an unknown character
    public static ProbeTask of(ModelSource models, ProbeCall call) {
        MicroGpt model = models.model();
        long present = model.step();
        long first = models.keyframes().firstStep();
        long from = call.from() == null ? first : call.from();
        long to = call.to() == null ? present : call.to();
        InvalidInputException.requireRange("from", from, 0, present);
        InvalidInputException.requireRange("to", to, from, present);
        for (Probe probe : call.probes()) {
            if (probe instanceof Probe.Surprisal(String text, String field)) {
                model.corpus().tokenizer().encode(text, field); // fails early
            }
        }
        Long seed = call.seed();
        RandomSource start = model.newRandom(seed == null ? model.options().seed() : seed);
        return new ProbeTask(
                call, model.corpus(), start, keyframes(models, from, to, call.keyframes()));
    }

    /// Returns the keyframes of a range of steps, oldest first; of more than `most`, as many, spread evenly.
    private static ArrayDeque<ModelState> keyframes(
            ModelSource models, long from, long to, int most) {
        List<ModelState> all = new ArrayList<>();
        for (ModelState keyframe : models.keyframes().upTo(to).reversed()) {
            if (keyframe.step() >= from) {
                all.add(keyframe);
            }
        }
        long present = models.model().step();
        if (to == present && (all.isEmpty() || all.getLast().step() < present)) {
            ModelState newest =
                    models.stateAsOf(PastStep.at(present)); // a keyframe if the session has failed
            if (newest.step() == present) {
                all.add(newest);
            }
        }
        ArrayDeque<ModelState> chosen = new ArrayDeque<>();
        int count = Math.min(most, all.size());
        for (int i = 0; i < count; i++) {
            int last = all.size() - 1;
            int index = count == 1 ? last : (int) Math.round((double) i * last / (count - 1));
            chosen.add(all.get(index));
        }
        return chosen;
    }

    @Override
    public @Nullable ProbeCurves slice(long deadline) {
        while (!isDone()) {
            if (remaining.isEmpty()) {
                addDocument();
            } else {
                measureModel();
            }
            if (System.nanoTime() >= deadline) {
                break;
            }
        }
        return isDone() ? new ProbeCurves(steps, values, ofDocuments()) : null;
    }

    private boolean isDone() {
        return remaining.isEmpty() && documentsDone == documents;
    }

    private void measureModel() {
        LanguageModel current = model == null ? begin(remaining.element()) : model;
        if (isFinite && isKnown && texts < textsPerKeyframe) {
            addText(current);
        } else {
            finish(current);
        }
    }

    private void addDocument() {
        String document = corpus.document(corpus.spread(documentsDone, documents));
        documentsDone++;
        for (int i = 0; i < documentSums.length; i++) {
            documentSums[i] +=
                    switch (call.probes().get(i)) {
                        case Probe.Match match -> match.valueOf(document);
                        case Probe.Length() -> document.codePointCount(0, document.length());
                        case Probe.Known _, Probe.Surprisal _ -> 0;
                    };
        }
    }

    private List<@Nullable Double> ofDocuments() {
        List<@Nullable Double> means = new ArrayList<>();
        for (int i = 0; i < documentSums.length; i++) {
            boolean isMeasured = documents > 0 && call.probes().get(i).measuresDocuments();
            means.add(isMeasured ? documentSums[i] / documents : null);
        }
        return means;
    }

    private LanguageModel begin(ModelState keyframe) {
        LanguageModel created = LanguageModel.of(keyframe);
        model = created;
        generator = start.copy();
        Arrays.fill(sums, 0);
        texts = 0;
        isKnown = knows(created, call.options().prompt());
        isFinite = true;
        return created;
    }

    private void addText(LanguageModel current) {
        try {
            Sample sample = current.generate(call.options(), generator);
            texts++;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += valueOf(call.probes().get(i), sample);
            }
        } catch (DivergedException _) {
            isFinite = false;
        }
    }

    private double valueOf(Probe probe, Sample sample) {
        return switch (probe) {
            case Probe.Match match -> match.valueOf(sample.text());
            case Probe.Length() -> sample.text().codePointCount(0, sample.text().length());
            case Probe.Known() -> corpus.contains(sample) ? 1 : 0;
            case Probe.Surprisal _ -> 0;
        };
    }

    private void finish(LanguageModel current) {
        steps.add(remaining.remove().step());
        for (int i = 0; i < sums.length; i++) {
            Double value =
                    switch (call.probes().get(i)) {
                        case Probe.Surprisal(String text, String field) ->
                                surprisal(current, text, field);
                        case Probe.Match _, Probe.Length _, Probe.Known _ ->
                                isFinite && isKnown ? sums[i] / textsPerKeyframe : null;
                    };
            values.get(i).add(value);
        }
        model = null;
    }

    /// Returns whether a model has tokens for a text. One may lack characters that later ones have, as the session has
    /// continued with other documents; its values are unknown then.
    private boolean knows(LanguageModel model, String text) {
        if (model.tokenizer().equals(corpus.tokenizer())) {
            return true;
        }
        try {
            int[] _ = model.tokenizer().encode(text, "text");
            return true;
        } catch (InvalidInputException _) {
            return false;
        }
    }

    private @Nullable Double surprisal(LanguageModel model, String text, String field) {
        if (!knows(model, text)) {
            return null;
        }
        try {
            Score score = model.score(text, field);
            return -score.logLikelihood() / score.surprisals().length;
        } catch (DivergedException _) {
            return null;
        }
    }
}
