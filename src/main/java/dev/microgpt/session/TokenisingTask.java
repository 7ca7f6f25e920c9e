package dev.microgpt.session;

import dev.microgpt.engine.BpeTraining;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.TokenizerKind;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.SlicedTask;

import org.jspecify.annotations.Nullable;

import java.util.function.BiFunction;

/// Finds the byte-pair tokens of documents, on the compute threads and beside the training of others.
final class TokenisingTask implements SlicedTask<Corpus> {

    private final Corpus characters;
    private final int vocabSize;
    private @Nullable BpeTraining training;

    private TokenisingTask(Corpus characters, int vocabSize) {
        this.characters = characters;
        this.vocabSize = vocabSize;
    }

    /// Returns documents in the tokens that options demand. The memory for finding these is reserved first.
    ///
    /// @param characters documents of characters
    /// @param compute executes a task and waits for its result
    /// @throws InvalidInputException if the text is too long
    /// @throws SessionException `no_memory`, or `busy` after the timeout
    static Corpus tokens(
            CallContext call,
            Corpus characters,
            ModelOptions options,
            BiFunction<Demand, SlicedTask<Corpus>, Corpus> compute) {
        if (options.tokenization().tokenizer() == TokenizerKind.CHARS) {
            return characters;
        }
        int vocabSize = options.tokenization().vocabSize();
        Corpus known = characters.knownBytePairs(vocabSize);
        if (known != null) {
            return known;
        }
        call.reserve(BpeTraining.estimateBytes(characters, vocabSize), "finding the byte pairs");
        return compute.apply(Demand.TRAINING, new TokenisingTask(characters, vocabSize));
    }

    @Override
    public @Nullable Corpus slice(long deadline) {
        if (training == null) {
            training = BpeTraining.of(characters, vocabSize);
        }
        while (training.mergeNext()) {
            if (System.nanoTime() >= deadline) {
                return null;
            }
        }
        return training.corpus();
    }
}
