package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.session.compute.Deadline;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Generates the samples of one call, one by one.
public final class Generation implements Query<AsOf<List<Sample>>> {

    private final GenerateCall call;
    private final QueriedModel queriedModel;
    private final List<Sample> samples = new ArrayList<>();
    private @Nullable RandomSource generator;

    public Generation(GenerateCall call) {
        this.call = call;
        queriedModel = new QueriedModel(call.step());
    }

    public GenerateCall call() {
        return call;
    }

    /// Sets the random generator to draw from. By default, the call has its own.
    public void useGenerator(RandomSource source) {
        generator = source;
    }

    @Override
    public @Nullable AsOf<List<Sample>> slice(ModelSource models, Deadline deadline) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        RandomSource source = generator(models);
        do {
            samples.add(model.value().generate(call.options(), source));
        } while (samples.size() < call.count() && !deadline.hasPassed());
        return samples.size() == call.count() ? new AsOf<>(model.step(), samples) : null;
    }

    /// Generates the next sample, character by character.
    ///
    /// @param tokens receives the characters
    public AsOf<Sample> nextSample(ModelSource models, TokenQueue tokens) {
        AsOf<LanguageModel> model = queriedModel.of(models);
        Tokenizer tokenizer = model.value().tokenizer();
        Sample sample =
                model.value()
                        .generate(
                                call.options(),
                                generator(models),
                                (id, prob) -> tokens.add(id, tokenizer.symbol(id), prob));
        return new AsOf<>(model.step(), sample);
    }

    private RandomSource generator(ModelSource models) {
        if (generator == null) {
            Long seed = call.seed();
            generator =
                    models.model().newRandom(seed == null ? models.model().options().seed() : seed);
        }
        return generator;
    }
}
