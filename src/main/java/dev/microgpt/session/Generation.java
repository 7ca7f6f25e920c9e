package dev.microgpt.session;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The samples of one call, made one by one on the session's lane.
final class Generation implements Work<AsOf<List<Sample>>> {

    private final GenerateCall call;
    private final AskedModel model;
    private final List<Sample> samples = new ArrayList<>();
    private @Nullable RandomSource ownRandom;

    Generation(GenerateCall call) {
        this.call = call;
        model = new AskedModel(call.step());
    }

    @Override
    public @Nullable AsOf<List<Sample>> slice(ActiveSession session, long deadline) {
        AsOf<LanguageModel> asked = model.of(session);
        while (samples.size() < call.count() && System.nanoTime() < deadline) {
            samples.add(asked.value().generate(call.options(), random(session)));
        }
        recordDraws(session);
        return samples.size() == call.count() ? new AsOf<>(asked.step(), samples) : null;
    }

    /// The next sample, character by character.
    ///
    /// @param tokens takes its characters
    AsOf<Sample> next(ActiveSession session, TokenQueue tokens) {
        AsOf<LanguageModel> asked = model.of(session);
        Tokenizer tokenizer = asked.value().tokenizer();
        Sample sample =
                asked.value()
                        .generate(
                                call.options(),
                                random(session),
                                (id, prob) -> tokens.add(id, tokenizer.symbol(id), prob));
        recordDraws(session);
        return new AsOf<>(asked.step(), sample);
    }

    private RandomSource random(ActiveSession session) {
        if (call.drawsFromSession()) {
            return session.random();
        }
        if (ownRandom == null) {
            ownRandom = session.newRandom(call.seed() == null ? session.seed() : call.seed());
        }
        return ownRandom;
    }

    private void recordDraws(ActiveSession session) {
        if (call.drawsFromSession()) {
            session.drawn();
        }
    }
}
