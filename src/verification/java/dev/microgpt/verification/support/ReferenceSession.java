package dev.microgpt.verification.support;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The state that a session must have without any crash: it uses the engine directly and repeats what
/// responses have confirmed. It can move forward and back to any step.
public final class ReferenceSession {

    private static final int STEPS_PER_STATE = 200;

    /// The generator before texts were drawn from it.
    ///
    /// @param from first step after which they may have been drawn
    /// @param to last step after which they may have been drawn
    private record Draw(long from, long to, RandomSource before) {}

    private final String text;
    private final NavigableMap<Long, Double> learningRates;
    private final TreeMap<Long, ModelState> states = new TreeMap<>();
    private final List<Draw> draws;

    /// The steps at which the session has continued with other documents; there is a state for each.
    private final NavigableSet<Long> continuations = new TreeSet<>();

    private MicroGpt model;

    private ReferenceSession(
            String text,
            NavigableMap<Long, Double> learningRates,
            List<Draw> draws,
            MicroGpt model) {
        this.text = text;
        this.learningRates = learningRates;
        this.draws = draws;
        this.model = model;
    }

    public static ReferenceSession fresh(ModelOptions options, String text) {
        MicroGpt model = new MicroGpt(options);
        model.loadData(text);
        model.initParams();
        NavigableMap<Long, Double> learningRates = new TreeMap<>();
        learningRates.put(0L, options.learningRate());
        ReferenceSession reference =
                new ReferenceSession(text, learningRates, new ArrayList<>(), model);
        reference.saveState(model);
        return reference;
    }

    /// Returns the body of an init call that creates the same session.
    public Map<String, Object> initBody() {
        ModelOptions options = options();
        Map<String, Object> body = new HashMap<>();
        body.put("seed", options.seed());
        body.put("nEmbd", options.nEmbd());
        body.put("nHead", options.nHead());
        body.put("nLayer", options.nLayer());
        body.put("blockSize", options.blockSize());
        body.put("learningRate", options.learningRate());
        body.put("numSteps", options.numSteps());
        body.put("engine", options.engine().name().toLowerCase(Locale.ROOT));
        body.put("random", options.random().name().toLowerCase(Locale.ROOT));
        body.put("batchSize", options.batchSize());
        body.put("text", text);
        return body;
    }

    /// Returns a copy of this session as it was after a step, or as it is.
    ///
    /// @param step null for the current step
    public ReferenceSession fork(@Nullable Long step) {
        boolean isPast = step != null;
        long at = step == null ? step() : step;
        List<Draw> known = draws.stream().filter(draw -> !isPast || draw.to < at).toList();
        ReferenceSession child =
                new ReferenceSession(
                        text,
                        new TreeMap<>(learningRates.headMap(at, true)),
                        new ArrayList<>(known),
                        isPast ? past(at, generatorAt(at)) : model.copy());
        child.states.putAll(states.headMap(at, true));
        child.continuations.addAll(continuations.headSet(at, true));
        return child;
    }

    /// Returns whether the generator's state at a step is known.
    public boolean knowsGenerator(long step) {
        for (Draw draw : draws) {
            if (draw.to >= step) {
                return step <= draw.from;
            }
        }
        return true;
    }

    private RandomSource generatorAt(long step) {
        for (Draw draw : draws) {
            if (draw.to >= step) {
                return draw.before.copy();
            }
        }
        return model.random().copy();
    }

    public String text() {
        return text;
    }

    public int numDocs() {
        return model.corpus().size();
    }

    public ModelOptions options() {
        return model.options();
    }

    public double learningRate() {
        return learningRates.lastEntry().getValue();
    }

    public long step() {
        return model.step();
    }

    // ---- training

    /// Moves the model forward or back to a step. The generator is not moved back.
    public void goTo(long step) {
        if (step < step()) {
            model = past(step, model.random());
        }
        while (step() < step) {
            advance(model);
            if (continuations.contains(step())) {
                model = past(step(), model.random());
            } else if (step() % STEPS_PER_STATE == 0) {
                saveState(model);
            }
        }
    }

    private void saveState(MicroGpt current) {
        states.put(current.step(), current.state());
    }

    private MicroGpt past(long step, RandomSource generator) {
        MicroGpt past =
                Objects.requireNonNull(model.copyAt(states.floorEntry(step).getValue(), generator));
        while (past.step() < step) {
            advance(past);
        }
        steer(past);
        return past;
    }

    private void advance(MicroGpt target) {
        steer(target);
        target.advance();
    }

    private void steer(MicroGpt target) {
        double rate = learningRates.floorEntry(target.step()).getValue();
        target.steer(OptionValues.of(ModelOption.LEARNING_RATE, rate));
    }

    /// Sets the learning rate from a step on.
    public void steer(long step, double learningRate) {
        goTo(step);
        learningRates.put(step, learningRate);
        states.tailMap(step, false).clear();
        steer(model);
    }

    /// Continues with other documents from the current step on; new characters get tokens.
    public void continueWith(String otherText) {
        boolean hasDrawn = !draws.isEmpty() && draws.getLast().from == step();
        RandomSource before = hasDrawn ? draws.removeLast().before : model.random().copy();
        if (step() > 0) {
            draws.add(new Draw(step() - 1, step() - 1, before)); // for forks at earlier steps
        }
        String _ = model.continueWith(Corpus.of(otherText), /* grow= */ true);
        continuations.add(step());
        saveState(model);
    }

    /// Returns the losses of the newest steps.
    public double[] newest(int count) {
        return model.lossHistory().newest(count);
    }

    // ---- generating

    private static String text(MicroGpt model, RandomSource generator) {
        return model.generate(GenerateOptions.defaults(), generator).text();
    }

    /// Returns texts that are drawn from a generator with its own seed.
    public List<String> generate(int count, long seed) {
        RandomSource generator = model.newRandom(seed);
        return IntStream.range(0, count).mapToObj(_ -> text(model, generator)).toList();
    }

    /// Returns texts that are drawn from the session's generator.
    public List<String> generate(int count) {
        RandomSource generator = model.random().copy();
        List<String> texts =
                IntStream.range(0, count).mapToObj(_ -> text(model, generator)).toList();
        recordDraw(step(), step(), generator);
        return texts;
    }

    private void recordDraw(long from, long to, RandomSource after) {
        boolean isKnown =
                !draws.isEmpty() && draws.getLast().from == to && draws.getLast().to == from;
        if (!isKnown) {
            draws.add(new Draw(from, to, model.random().copy()));
        }
        model.restoreRandom(after.words());
    }

    /// Records a text that was drawn after one of the steps of a range.
    ///
    /// @return whether one of these steps gives this text
    public boolean drawnBetween(long from, long to, String drawn) {
        MicroGpt past = past(from, model.random());
        while (true) {
            RandomSource generator = model.random().copy();
            if (text(past, generator).equals(drawn)) {
                recordDraw(from, to, generator);
                return true;
            }
            if (past.step() == to) {
                return false;
            }
            advance(past);
        }
    }

    /// Determines how many texts were drawn after one of the steps of a range, and records them.
    ///
    /// @param max the largest possible number
    /// @param words the current state of the generator
    /// @return the number of texts; -1 if none of the steps gives this state
    public int countDraws(int max, long from, long to, int[] words) {
        if (Arrays.equals(model.random().words(), words)) {
            return 0;
        }
        MicroGpt past = past(from, model.random());
        while (true) {
            RandomSource generator = model.random().copy();
            for (int count = 1; count <= max; count++) {
                text(past, generator);
                if (Arrays.equals(generator.words(), words)) {
                    recordDraw(from, to, generator);
                    return count;
                }
            }
            if (past.step() == to) {
                return -1;
            }
            advance(past);
        }
    }

    // ---- comparing

    /// Compares a checkpoint, generator included, with this session at the same step.
    ///
    /// @return the part that differs; null if none does
    public @Nullable String difference(Checkpoint actual) {
        goTo(actual.step());
        Checkpoint expected = model.checkpoint();
        if (!expected.options().equals(actual.options())) {
            return "options";
        }
        if (!Arrays.equals(expected.params(), actual.params())) {
            return "parameters";
        }
        if (!Arrays.equals(expected.m(), actual.m()) || !Arrays.equals(expected.v(), actual.v())) {
            return "moments";
        }
        if (expected.nextDocument() != actual.nextDocument()
                || !Arrays.equals(expected.order(), actual.order())) {
            return "documents";
        }
        return Arrays.equals(expected.random(), actual.random()) ? null : "generator";
    }

    /// Compares losses with those of this session.
    ///
    /// @param actual the losses of all steps
    /// @return the first loss that differs; null if none does
    public @Nullable String difference(double[] actual) {
        goTo(Math.max(step(), actual.length));
        int index = actual.length == 0 ? -1 : Arrays.mismatch(exact(actual.length), actual);
        return index < 0 ? null : "loss of step %d: %s".formatted(index + 1, actual[index]);
    }

    private double[] exact(int count) {
        return model.lossHistory().exact(1, count);
    }
}
