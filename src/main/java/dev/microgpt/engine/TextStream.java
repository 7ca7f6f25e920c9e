package dev.microgpt.engine;

import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// Generates many texts with the same options: the same as repeated calls of [LanguageModel#generate], but several
/// times as fast where it can compute many at a time. That is so with the tensor engine and SIMD kernels, for models that
/// are not too large, unless the temperature is 0 or traces are wanted. Not thread-safe.
///
/// ```java
/// TextStream stream = new TextStream(GenerateOptions.defaults());
/// List<Sample> names = new ArrayList<>();
/// while (names.size() < 1000) {
///     int rest = 1000 - names.size();
///     names.addAll(stream.next(model, random, rest, rest));
/// }
/// ```
public final class TextStream {

    /// Fewer texts are generated one by one, which is faster then.
    public static final int MANY = 512;

    /// After so many tokens it is known how many are used.
    private static final int ENOUGH = 1 << 16;

    /// If a change of the model ends the chains, already after so many.
    private static final int ENOUGH_OF_RESTART = 1 << 10;

    private static final int MAX_WASTED = 3;

    /// Fewer texts are generated on one thread, as two would have to begin too many chains.
    private static final int ENOUGH_FOR_TWO_THREADS = 1 << 13;

    private final GenerateOptions options;
    private final ParallelRunner runner;
    private @Nullable LanguageModel model;
    private @Nullable ChainedTexts chains;
    private int[] state = {}; // of the generator after the last text
    private long formerDraws; // before the chains were begun
    private long formerComputed;
    private int wasted; // restarts that made most of the computed tokens useless
    private boolean isOneByOne;

    /// A stream on one thread.
    public TextStream(GenerateOptions options) {
        this(options, ParallelRunner.SEQUENTIAL);
    }

    /// A stream on up to two threads. The texts are the same.
    public TextStream(GenerateOptions options, ParallelRunner runner) {
        this.options = options;
        this.runner = runner;
    }

    /// Estimates the memory of a stream, in bytes.
    ///
    /// @param vocabSize V
    public static long estimateBytes(ModelOptions model, int vocabSize, ParallelRunner runner) {
        return ChainedTexts.BYTES
                + switch (model.engine()) {
                    case SCALAR -> 0;
                    case TENSOR ->
                            TensorPredictor.batchBytes(model.shape(vocabSize))
                                    * (runner.isParallel() ? 2 : 1);
                };
    }

    /// Returns the next texts. The generator is then in the state after their draws.
    ///
    /// @param current may be another model than before, or have been trained further
    /// @param source the generator to draw from; may have been used since the last call
    /// @param most at most so many texts
    /// @param expected how many texts will be wanted in this and the following calls; for speed only
    /// @return from 1 to `most` texts
    /// @throws InvalidInputException if the prompt is too long or has an unknown character
    /// @throws DivergedException if the logits are not finite
    public List<Sample> next(LanguageModel current, RandomSource source, int most, long expected) {
        InvalidInputException.requireRange("most", most, 1, Integer.MAX_VALUE);
        if (!isOneByOne && !continues(current, source)) {
            restart(current, source, expected);
        }
        if (chains != null) {
            long before = chains.draws();
            List<Sample> texts = chains.next(most, expected);
            if (!texts.isEmpty()) {
                source.skip(chains.draws() - before);
                state = source.words();
                giveUpIfWasteful();
                return texts;
            }
            giveUp(); // the logits need double precision
        }
        return List.of(current.generate(options, source));
    }

    boolean isOneByOne() {
        return isOneByOne;
    }

    private boolean continues(LanguageModel current, RandomSource source) {
        return chains != null
                && current == model
                && chains.isCurrent()
                && Arrays.equals(state, source.words());
    }

    private void restart(LanguageModel current, RandomSource source, long expected) {
        ChainedTexts former = chains;
        if (former != null) {
            if (former.computed() > ENOUGH_OF_RESTART) {
                wasted += isWasteful(former.draws(), former.computed()) ? 1 : 0;
            }
            formerDraws += former.draws();
            formerComputed += former.computed();
        }
        chains = null;
        isOneByOne = wasted > MAX_WASTED;
        if (expected < MANY || isOneByOne) {
            return;
        }
        boolean isParallel = runner.isParallel() && expected >= ENOUGH_FOR_TWO_THREADS;
        chains = current.newChains(options, source, former, isParallel ? 2 : 1, runner);
        model = current;
        state = source.words();
        isOneByOne = chains == null;
    }

    /// Continues one by one if fewer than an eighth of the computed tokens are used, because chains do not merge or the
    /// model changes all the time.
    private void giveUpIfWasteful() {
        if (chains == null) {
            return;
        }
        long computed = formerComputed + chains.computed();
        if (computed > ENOUGH && isWasteful(formerDraws + chains.draws(), computed)) {
            giveUp();
        }
    }

    private static boolean isWasteful(long used, long computed) {
        return 8 * used < computed;
    }

    private void giveUp() {
        chains = null;
        isOneByOne = true;
    }
}
