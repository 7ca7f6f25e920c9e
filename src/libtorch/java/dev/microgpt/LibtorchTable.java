package dev.microgpt;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

import dev.microgpt.LibtorchModel.ModelSize;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.tensor.AdamState;
import dev.microgpt.engine.tensor.NotFiniteException;
import dev.microgpt.engine.tensor.TensorTrainer;
import dev.microgpt.engine.tensor.Weights;
import dev.microgpt.engine.training.StepSettings;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/// Prints how long a training step takes in the tensor engine and in libtorch, which make the same steps in turn: the same
/// parameters at first, the same documents. On one thread, only the time that it has had of a processor counts. On several, the
/// time of the fastest step does, as other work on a shared machine makes most steps slower.
///
/// Exits with 1 if the losses differ.
final class LibtorchTable {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /// Embedding width, layers, and documents per step.
    private static final int[][] SHAPES = {{16, 1, 16}, {64, 1, 16}, {256, 4, 64}, {512, 4, 64}};

    private static final int HEADS = 4;
    private static final int BLOCK_SIZE = 16;
    private static final double LEARNING_RATE = 1e-4;

    /// The first losses must agree up to the rounding of single precision, and those after some updates nearly so.
    private static final double TOLERANCE = 2e-5;

    private static final int COMPARED_STEPS = 5;
    private static final double WARM_UP_SECONDS = 6;
    private static final double SECONDS = 12;
    private static final int MIN_STEPS = 15;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Corpus names;
    private final int threads;
    private boolean agrees = true;

    private LibtorchTable(Corpus names, int threads) {
        this.names = names;
        this.threads = threads;
    }

    /// @param args the number of threads; 1 by default
    public static void main(String[] args) throws IOException, NotFiniteException {
        int threads = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        // before the first use of the pool
        System.setProperty(
                "java.util.concurrent.ForkJoinPool.common.parallelism",
                String.valueOf(threads - 1));
        System.setProperty("ai.djl.offline", "true");
        LibtorchTable table = new LibtorchTable(NameModels.names(), threads);
        table.print();
        if (!table.agrees) {
            System.exit(1);
        }
    }

    private void print() throws NotFiniteException {
        out.println("libtorch " + Engine.getInstance().getVersion());
        JniUtils.setNumThreads(threads);
        out.printf(
                Locale.ROOT, "%d of %d threads; ms per step%n", JniUtils.getNumThreads(), threads);
        out.println(
                "| nEmbd, layers, batch | documents | libtorch | this engine | times as fast |");
        out.println("|---|---|---|---|---|");
        for (int[] shape : SHAPES) {
            row(shape, "16 tokens", chunks(shape[2]));
            row(shape, "names", documents(shape[2]));
        }
    }

    /// Returns documents of equal length, cut from a row of names.
    private int[][] chunks(int count) {
        int[][] chunks = new int[count][BLOCK_SIZE + 1];
        int name = 0;
        int at = 0;
        for (int[] chunk : chunks) {
            for (int t = 0; t < chunk.length; t++) {
                chunk[t] = names.tokens(name)[at++];
                if (at == names.tokens(name).length - 1) { // without BOS at the end
                    name++;
                    at = 0;
                }
            }
        }
        return chunks;
    }

    private int[][] documents(int count) {
        int[][] documents = new int[count][];
        Arrays.setAll(documents, names::tokens);
        return documents;
    }

    private void row(int[] shape, String documents, int[][] batch) throws NotFiniteException {
        ModelSize size =
                new ModelSize(names.tokenizer().vocabSize(), shape[0], HEADS, shape[1], BLOCK_SIZE);
        Random random = new Random(1);
        double[] params = new double[size.numParams()];
        Arrays.setAll(params, i -> random.nextGaussian(0, 0.08));
        Weights weights =
                Weights.of(
                        size.vocab(),
                        size.width(),
                        size.heads(),
                        size.layers(),
                        size.blockSize(),
                        Architecture.MICROGPT,
                        params);
        TensorTrainer own = new TensorTrainer(weights, AdamState.initial(weights));
        try (LibtorchModel other = new LibtorchModel(size, params, (float) LEARNING_RATE)) {
            compareLosses(own, other, batch);
            double[] times = measure(own, other, batch);
            out.printf(
                    Locale.ROOT,
                    "| %d, %d, %d | %s | %.3f | %.3f | %.2f |%n",
                    shape[0],
                    shape[1],
                    shape[2],
                    documents,
                    times[0],
                    times[1],
                    times[0] / times[1]);
        }
    }

    private void compareLosses(TensorTrainer own, LibtorchModel other, int[][] batch)
            throws NotFiniteException {
        for (int step = 0; step < COMPARED_STEPS; step++) {
            double expected = other.trainStep(batch);
            double loss = own.trainStep(batch, StepSettings.of(step, LEARNING_RATE));
            if (!(Math.abs(loss - expected) <= TOLERANCE * (1 + step) * expected)) {
                out.printf(Locale.ROOT, "step %d: loss %.6f, not %.6f%n", step, loss, expected);
                agrees = false;
            }
        }
    }

    /// Returns the milliseconds of a step of libtorch and of one of the engine.
    private double[] measure(TensorTrainer own, LibtorchModel other, int[][] batch)
            throws NotFiniteException {
        double[] otherTimes = new double[1 << 16];
        double[] ownTimes = new double[otherTimes.length];
        long start = System.nanoTime();
        int count = 0;
        for (int step = COMPARED_STEPS; count < otherTimes.length; step++) {
            long before = now();
            other.trainStep(batch);
            long between = now();
            own.trainStep(batch, StepSettings.of(step, LEARNING_RATE));
            long after = now();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (seconds < WARM_UP_SECONDS) {
                continue;
            }
            otherTimes[count] = (between - before) / 1e6;
            ownTimes[count++] = (after - between) / 1e6;
            if (seconds > WARM_UP_SECONDS + SECONDS && count >= MIN_STEPS) {
                break;
            }
        }
        return new double[] {typical(otherTimes, count), typical(ownTimes, count)};
    }

    private long now() {
        return threads == 1 ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private double typical(double[] times, int count) {
        double[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return threads == 1 ? sorted[count / 2] : sorted[0];
    }
}
