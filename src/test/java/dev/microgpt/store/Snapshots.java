package dev.microgpt.store;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.history.DocumentCounts;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;

/// Creates snapshots of small models with random contents, including the largest and the smallest numbers.
final class Snapshots {

    private static final List<Double> EXTREMES =
            List.of(
                    Double.MIN_VALUE,
                    Double.MIN_NORMAL,
                    Double.MAX_VALUE,
                    -Double.MAX_VALUE,
                    -0.0,
                    0.0,
                    Math.nextUp(1.0),
                    1e-320);

    private static final List<Float> FLOAT_EXTREMES =
            List.of(
                    Float.MIN_VALUE,
                    Float.MIN_NORMAL,
                    Float.MAX_VALUE,
                    -Float.MAX_VALUE,
                    -0f,
                    0f,
                    Math.nextUp(1f),
                    1e-41f);

    private Snapshots() {}

    /// Returns a finite number of any magnitude: one of the extremes, or random bits.
    private static double number(Random random, EngineKind engine) {
        boolean isExtreme = random.nextInt(3) == 0;
        while (true) {
            double number =
                    switch (engine) {
                        case SCALAR ->
                                isExtreme
                                        ? EXTREMES.get(random.nextInt(EXTREMES.size()))
                                        : Double.longBitsToDouble(random.nextLong());
                        case TENSOR ->
                                isExtreme
                                        ? FLOAT_EXTREMES.get(random.nextInt(FLOAT_EXTREMES.size()))
                                        : Float.intBitsToFloat(random.nextInt());
                    };
            if (Double.isFinite(number)) {
                return number;
            }
        }
    }

    private static double[] numbers(Random random, EngineKind engine, int size) {
        return DoubleStream.generate(() -> number(random, engine)).limit(size).toArray();
    }

    static ModelState state(MicroGpt model, long step, Random random) {
        EngineKind engine = model.options().engine();
        int size = model.numParams();
        return ModelState.of(
                model.documents(),
                model.options(),
                step,
                0,
                numbers(random, engine, size),
                numbers(random, engine, size),
                Arrays.stream(numbers(random, engine, size)).map(Math::abs).toArray());
    }

    static MicroGpt model(EngineKind engine) {
        MicroGpt model =
                new MicroGpt(
                        ModelOptions.builder()
                                .nEmbd(2)
                                .nHead(1)
                                .blockSize(3)
                                .engine(engine)
                                .random(RandomKind.PYTHON)
                                .build());
        model.loadData("ab\nba\nzoë 🦙");
        model.initParams();
        return model;
    }

    static LossHistory losses(int steps, Random random) {
        LossHistory losses = new LossHistory();
        for (int i = 0; i < steps; i++) {
            losses.append(Math.abs(number(random, EngineKind.SCALAR)) / 1e10);
        }
        return losses;
    }

    static SessionSnapshot.Contents contents(
            MicroGpt model, ModelState state, LossHistory losses, List<ModelState> keyframes) {
        return new SessionSnapshot.Contents(
                state,
                model.random().words(),
                model.corpus(),
                model.order(),
                losses.summaries(),
                losses.exactForRestore(1),
                keyframes,
                keyframes.stream().map(ModelState::step).toList());
    }

    static SessionSnapshot of(
            long epoch, ModelOptions options, SessionSnapshot.@Nullable Contents contents) {
        SessionView view =
                new SessionView(
                        "name",
                        contents == null ? SessionState.CREATED : SessionState.READY,
                        options.engine(),
                        contents == null ? 0 : contents.model().step(),
                        contents == null ? null : contents.model().params().length,
                        contents == null ? null : contents.documents().tokenizer().vocabSize(),
                        contents == null ? null : contents.documents().size(),
                        options,
                        Instant.EPOCH,
                        0,
                        null,
                        0,
                        contents == null || contents.documents().size() == 0
                                ? null
                                : DocumentCounts.of(contents.documents(), options.blockSize()),
                        null);
        TimelineState timeline =
                new TimelineState(
                        List.of(),
                        List.of(
                                new ScheduleEntry(
                                        0,
                                        OptionValues.of(
                                                ModelOptions.defaults(),
                                                ModelOption::isSteerable))),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of());
        return new SessionSnapshot(
                epoch,
                new Holding(new SessionId("owner", view.name()), 0),
                0,
                view,
                contents,
                timeline,
                List.of());
    }

    /// Returns a snapshot of a model as an uploaded checkpoint without training text leaves it.
    ///
    /// @param alphabet the characters of its vocabulary, in ascending code points
    static SessionSnapshot withoutDocuments(long epoch, String alphabet) {
        MicroGpt source = new MicroGpt(ModelOptions.builder().nEmbd(2).nHead(1).build());
        source.loadData(alphabet);
        source.initParams();
        ModelState state = source.state();
        MicroGpt model =
                new MicroGpt(
                        new Checkpoint(
                                source.options(),
                                source.corpus().tokenizer(),
                                0,
                                state.params(),
                                state.m(),
                                state.v(),
                                source.random().words(),
                                null,
                                new int[0],
                                0),
                        new LossHistory());
        return of(
                epoch,
                model.options(),
                contents(model, model.state(), new LossHistory(), List.of()));
    }

    static SessionSnapshot random(long epoch, EngineKind engine, Random random) {
        MicroGpt model = model(engine);
        int steps = 1 + random.nextInt(600);
        return of(
                epoch,
                model.options(),
                contents(
                        model,
                        state(model, steps, random),
                        losses(steps, random),
                        List.of(state(model, 1, random), state(model, 2, random))));
    }
}
