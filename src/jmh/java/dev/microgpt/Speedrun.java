package dev.microgpt;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.wire.EnumNames;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Prints how well models know names that they have not seen, after a number of seconds of one core. Each budget is a run of
/// its own, whose learning rate reaches its end when the time does.
///
/// Arguments are further recipes, such as `nEmbd=32,nLayer=2,optimizer=adamw`, and `seconds=1,10` for other budgets.
final class Speedrun {

    /// Held out; the rest are trained on.
    private static final int VALIDATION = 1000;

    private static final String DEFAULTS = "microgpt’s defaults";

    private static final double CALIBRATION_SECONDS = 1.5;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    private final Corpus names;

    private Speedrun(Corpus names) {
        this.names = names;
    }

    /// @param args see above
    public static void main(String[] args) throws IOException {
        double[] budgets = {1, 3, 10, 30};
        Map<String, String> recipes = new LinkedHashMap<>();
        recipes.put(DEFAULTS, "");
        recipes.put("larger batches", "batchSize=16");
        recipes.put("the best found", Recipes.BEST);
        for (String arg : args) {
            if (arg.startsWith("seconds=")) {
                budgets =
                        Arrays.stream(arg.substring("seconds=".length()).split(",", -1))
                                .mapToDouble(Double::parseDouble)
                                .toArray();
            } else {
                recipes.put(arg, arg);
            }
        }
        new Speedrun(NameModels.names()).print(budgets, recipes);
    }

    private void print(double[] budgets, Map<String, String> recipes) {
        out.print("| recipe | parameters | steps/s |");
        Arrays.stream(budgets).forEach(budget -> out.printf(Locale.ROOT, " %.0f s |", budget));
        out.printf("%n|---|---|---|%s%n", "---|".repeat(budgets.length));
        recipes.forEach((name, recipe) -> printRow(name, recipe, budgets));
    }

    private void printRow(String name, String recipe, double[] budgets) {
        MicroGpt warmUp = model(recipe, 1_000_000);
        long _ = train(warmUp, CALIBRATION_SECONDS); // compiles the code
        double stepsPerSecond = train(warmUp, CALIBRATION_SECONDS) / CALIBRATION_SECONDS;
        out.printf(Locale.ROOT, "| %s | %,d | %,.0f |", name, warmUp.numParams(), stepsPerSecond);
        for (double budget : budgets) {
            long steps = Math.max(1, (long) (budget * stepsPerSecond));
            MicroGpt model = model(recipe, steps);
            long start = clock.getCurrentThreadCpuTime();
            try {
                for (long step = 0; step < steps; step++) {
                    double _ = model.advance();
                }
                double seconds = (clock.getCurrentThreadCpuTime() - start) / 1e9;
                out.printf(Locale.ROOT, " %.4f (%.1f s) |", validationLoss(model), seconds);
            } catch (DivergedException e) {
                out.printf(Locale.ROOT, " diverged in step %,d |", model.step());
            }
        }
        out.println();
    }

    /// Trains for a time.
    ///
    /// @return the number of steps
    private long train(MicroGpt model, double seconds) {
        long end = clock.getCurrentThreadCpuTime() + (long) (seconds * 1e9);
        long steps = 0;
        while (clock.getCurrentThreadCpuTime() < end) {
            double _ = model.advance();
            steps++;
        }
        return steps;
    }

    private MicroGpt model(String recipe, long numSteps) {
        ModelOptions.Builder builder =
                ModelOptions.builder().numSteps(numSteps).validation(VALIDATION);
        for (String setting : recipe.isEmpty() ? new String[0] : recipe.split(",", -1)) {
            int equals = setting.indexOf('=');
            set(builder, setting.substring(0, equals), setting.substring(equals + 1));
        }
        MicroGpt model = new MicroGpt(builder.build());
        model.loadData(names);
        model.initParams();
        return model;
    }

    private static void set(ModelOptions.Builder builder, String name, String value) {
        switch (ModelOption.find(name)) {
            case IntegerOption option -> option.set(builder, Long.parseLong(value));
            case DecimalOption option -> option.set(builder, Double.parseDouble(value));
            case BooleanOption option -> option.set(builder, Boolean.parseBoolean(value));
            case ChoiceOption<?> option -> set(builder, option, value);
            case null -> throw new IllegalArgumentException("no option " + name);
        }
    }

    private static <E extends Enum<E>> void set(
            ModelOptions.Builder builder, ChoiceOption<E> option, String value) {
        option.set(builder, EnumNames.parse(option.name(), value, option.defaultValue()));
    }

    private static double validationLoss(MicroGpt model) {
        return Arrays.stream(model.validationDocuments())
                .mapToDouble(model::lossOf)
                .average()
                .orElseThrow();
    }

    /// Recipes found by trying.
    private static final class Recipes {

        static final String BEST =
                "nEmbd=64,nLayer=2,batchSize=16,optimizer=adamw,beta1=0.9,beta2=0.99,weightDecay=0.1,"
                        + "learningRate=0.004,schedule=cosine,warmupSteps=100,gradientClip=1";

        private Recipes() {}
    }
}
