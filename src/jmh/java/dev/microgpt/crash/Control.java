package dev.microgpt.crash;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// What a session must be, undisturbed: the engine itself, which does what was answered. It can go on to
/// any step, and back to earlier ones.
final class Control {

    private static final int STEPS_PER_STATE = 200;

    /// The generator before something was drawn from it, after one of the steps.
    private record Draw(long from, long to, RandomSource before) {}

    private final String text;
    private final NavigableMap<Long, Double> learningRates;
    private final TreeMap<Long, ModelState> states = new TreeMap<>();
    private final List<Draw> draws;
    private MicroGpt model;

    private Control(
            String text,
            NavigableMap<Long, Double> learningRates,
            List<Draw> draws,
            MicroGpt model) {
        this.text = text;
        this.learningRates = learningRates;
        this.draws = draws;
        this.model = model;
    }

    static Control fresh(ModelOptions options, String text) {
        MicroGpt model = new MicroGpt(options);
        model.loadData(text);
        model.initParams();
        NavigableMap<Long, Double> learningRates = new TreeMap<>();
        learningRates.put(0L, options.learningRate());
        Control control = new Control(text, learningRates, new ArrayList<>(), model);
        control.remember(model);
        return control;
    }

    /// As the model was right after a step, or as it is.
    ///
    /// @param step null for the present one
    Control fork(@Nullable Long step) {
        boolean isPast = step != null;
        long at = step == null ? step() : step;
        List<Draw> known = draws.stream().filter(draw -> !isPast || draw.to < at).toList();
        Control child =
                new Control(
                        text,
                        new TreeMap<>(learningRates.headMap(at, true)),
                        new ArrayList<>(known),
                        isPast ? past(at, generatorAt(at)) : model.copy());
        child.states.putAll(states.headMap(at, true));
        return child;
    }

    /// Whether it is known what had been drawn before a step.
    boolean knowsGenerator(long step) {
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

    String text() {
        return text;
    }

    int numDocs() {
        return model.corpus().size();
    }

    ModelOptions options() {
        return model.options();
    }

    double learningRate() {
        return learningRates.lastEntry().getValue();
    }

    long step() {
        return model.step();
    }

    // ---- to train

    /// Goes on or back to a step. What has been drawn stays so.
    void goTo(long step) {
        if (step < step()) {
            model = past(step, model.random());
        }
        while (step() < step) {
            advance(model);
            if (step() % STEPS_PER_STATE == 0) {
                remember(model);
            }
        }
    }

    private void remember(MicroGpt now) {
        states.put(now.step(), now.state());
    }

    private MicroGpt past(long step, RandomSource generator) {
        MicroGpt past =
                Objects.requireNonNull(
                        model.goneBackTo(states.floorEntry(step).getValue(), generator));
        while (past.step() < step) {
            advance(past);
        }
        steer(past);
        return past;
    }

    private void advance(MicroGpt one) {
        steer(one);
        one.advance();
    }

    private void steer(MicroGpt one) {
        ModelOptions options = one.options();
        one.steer(
                learningRates.floorEntry(one.step()).getValue(),
                options.numSteps(),
                options.batchSize());
    }

    /// Another learning rate holds after a step.
    void steer(long step, double learningRate) {
        goTo(step);
        learningRates.put(step, learningRate);
        states.tailMap(step, false).clear();
        steer(model);
    }

    /// The losses of the newest steps.
    double[] newest(int count) {
        return model.lossHistory().newest(count);
    }

    // ---- to generate

    private static String text(MicroGpt model, RandomSource generator) {
        return model.generate(GenerateOptions.defaults(), generator).text();
    }

    /// Texts from a generator of their own.
    List<String> generate(int count, long seed) {
        RandomSource generator = model.newRandom(seed);
        return IntStream.range(0, count).mapToObj(_ -> text(model, generator)).toList();
    }

    /// Texts from the session's generator.
    List<String> generate(int count) {
        RandomSource generator = model.random().copy();
        List<String> texts =
                IntStream.range(0, count).mapToObj(_ -> text(model, generator)).toList();
        drawn(step(), step(), generator);
        return texts;
    }

    private void drawn(long from, long to, RandomSource after) {
        boolean isKnown =
                !draws.isEmpty() && draws.getLast().from == to && draws.getLast().to == from;
        if (!isKnown) {
            draws.add(new Draw(from, to, model.random().copy()));
        }
        model.restoreRandom(after.words());
    }

    /// A text was drawn after one of the steps from one to another.
    ///
    /// @return whether it can have been
    boolean drewBetween(long from, long to, String drawn) {
        MicroGpt past = past(from, model.random());
        while (true) {
            RandomSource generator = model.random().copy();
            if (text(past, generator).equals(drawn)) {
                drawn(from, to, generator);
                return true;
            }
            if (past.step() == to) {
                return false;
            }
            advance(past);
        }
    }

    /// Some texts were perhaps drawn: finds out how many.
    ///
    /// @param words the generator as it is now
    /// @return how many; -1 if it cannot be so
    int drewPerhaps(int most, long from, long to, int[] words) {
        if (Arrays.equals(model.random().words(), words)) {
            return 0;
        }
        MicroGpt past = past(from, model.random());
        while (true) {
            RandomSource generator = model.random().copy();
            for (int count = 1; count <= most; count++) {
                text(past, generator);
                if (Arrays.equals(generator.words(), words)) {
                    drawn(from, to, generator);
                    return count;
                }
            }
            if (past.step() == to) {
                return -1;
            }
            advance(past);
        }
    }

    // ---- to compare

    /// What is different in a model, generator included.
    ///
    /// @return null if nothing is
    @Nullable String differs(Checkpoint seen) {
        goTo(seen.step());
        Checkpoint mine = model.checkpoint();
        if (!mine.options().equals(seen.options())) {
            return "options";
        }
        if (!Arrays.equals(mine.params(), seen.params())) {
            return "parameters";
        }
        if (!Arrays.equals(mine.m(), seen.m()) || !Arrays.equals(mine.v(), seen.v())) {
            return "moments";
        }
        if (mine.nextDocument() != seen.nextDocument()
                || !Arrays.equals(mine.order(), seen.order())) {
            return "documents";
        }
        return Arrays.equals(mine.random(), seen.random()) ? null : "generator";
    }

    /// Which loss is different.
    ///
    /// @param seen of all steps
    /// @return null if none is
    @Nullable String differs(double[] seen) {
        goTo(Math.max(step(), seen.length));
        int at = seen.length == 0 ? -1 : Arrays.mismatch(exact(seen.length), seen);
        return at < 0 ? null : "loss of step %d: %s".formatted(at + 1, seen[at]);
    }

    private double[] exact(int count) {
        return model.lossHistory().exact(1, count);
    }
}
