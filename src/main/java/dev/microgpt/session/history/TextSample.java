package dev.microgpt.session.history;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.Sample;

/// A text that a session generated at a step, always with the session's seed and at temperature 0.5. Long
/// texts are truncated.
///
/// @param step number of steps trained at that time
/// @param learningRate the learning rate of that step; 0 before the first step
/// @param text the generated text
/// @param known whether the text is one of the documents
public record TextSample(long step, double learningRate, String text, boolean known) {

    /// Maximum number of characters.
    private static final int MAX_LENGTH = 64;

    /// Parameters that the reference engine can read in about a fifth of a second. It reads all parameters
    /// for each character.
    private static final int SCALAR_WORK = 5_000_000;

    /// Generates a sample without changing the model.
    ///
    /// @throws dev.microgpt.engine.DivergedException if the logits are not finite
    public static TextSample of(MicroGpt model) {
        long step = model.step();
        boolean isSlow = model.options().engine() == EngineKind.SCALAR;
        int length = isSlow ? Math.min(MAX_LENGTH, SCALAR_WORK / model.numParams()) : MAX_LENGTH;
        int[] numCharacters = new int[1];
        Sample sample =
                model.languageModel()
                        .generate(
                                GenerateOptions.defaults(),
                                model.newRandom(model.options().seed()),
                                (_, _) -> ++numCharacters[0] < length);
        double learningRate = step == 0 ? 0 : model.options().learningRateAt(step - 1);
        return new TextSample(step, learningRate, sample.text(), model.corpus().contains(sample));
    }
}
