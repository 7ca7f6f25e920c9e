package dev.microgpt.session.history;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.Sample;

/// A text that a session generated at a step, always from the same seed at temperature 0.5. Long ones
/// are cut.
///
/// @param step steps trained then
/// @param learningRate of that step; 0 where none was made
/// @param text what it wrote
/// @param known whether that is one of the documents
public record TextSample(long step, double learningRate, String text, boolean known) {

    private static final int LONGEST = 64;

    /// The reference engine reads so many parameters in about a fifth of a second.
    private static final int SCALAR_WORK = 5_000_000;

    /// Changes nothing in the model.
    ///
    /// @throws dev.microgpt.engine.DivergedException if the logits are not finite
    public static TextSample of(MicroGpt model) {
        long step = model.step();
        boolean isSlow = model.options().engine() == EngineKind.SCALAR;
        int length = isSlow ? Math.min(LONGEST, SCALAR_WORK / model.numParams()) : LONGEST;
        int[] made = new int[1];
        Sample sample =
                model.languageModel()
                        .generate(
                                GenerateOptions.defaults(),
                                model.newRandom(model.options().seed()),
                                (_, _) -> ++made[0] < length);
        double learningRate = step == 0 ? 0 : model.options().learningRateAt(step - 1);
        return new TextSample(
                step, learningRate, sample.text(), model.corpus().contains(sample.tokens()));
    }
}
