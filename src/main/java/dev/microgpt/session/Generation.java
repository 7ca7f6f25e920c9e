package dev.microgpt.session;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The samples of one call, made one by one on the session's lane.
final class Generation implements Compute.Sliced<AsOf<List<Sample>>> {

    private final Session session;
    private final GenerateCall call;
    private final List<Sample> samples = new ArrayList<>();
    private @Nullable AsOf<LanguageModel> past;
    private @Nullable RandomSource ownRandom;

    Generation(Session session, GenerateCall call) {
        this.session = session;
        this.call = call;
    }

    @Override
    public @Nullable AsOf<List<Sample>> slice(long deadline) {
        while (System.nanoTime() < deadline) {
            AsOf<LanguageModel> asked = model();
            samples.add(asked.value().generate(call.options(), random()));
            if (samples.size() == call.count()) {
                return new AsOf<>(asked.step(), samples);
            }
        }
        return null;
    }

    /// The next sample, character by character.
    ///
    /// @param tokens takes its characters
    AsOf<Sample> next(TokenQueue tokens) {
        AsOf<LanguageModel> asked = model();
        Tokenizer tokenizer = asked.value().tokenizer();
        Sample sample =
                asked.value()
                        .generate(
                                call.options(),
                                random(),
                                (id, prob) -> tokens.add(id, tokenizer.symbol(id), prob));
        return new AsOf<>(asked.step(), sample);
    }

    private AsOf<LanguageModel> model() {
        if (call.step() == null) {
            return session.modelAsOf(null);
        }
        if (past == null) {
            past = session.modelAsOf(call.step());
        }
        return past;
    }

    private RandomSource random() {
        if (call.seed() == null && call.step() == null) {
            return session.random();
        }
        if (ownRandom == null) {
            ownRandom = session.newRandom(call.seed() == null ? session.seed() : call.seed());
        }
        return ownRandom;
    }
}
