package dev.microgpt.wire;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.sweep.AddedValidation;
import dev.microgpt.sweep.SweepPlan;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

/// A sweep to start: the options that all trials share, those that vary, and how long each trial trains.
public record SweepRequest(
        @Schema(
                        description =
                                "Name of the sweep, 1 to 59 characters of a-z, 0-9 and -; its sessions are"
                                        + " named after it",
                        example = "lr")
                @Nullable String name,
        @Schema(
                        description = "Documents to train on, one per line; excludes dataset",
                        example = "alice\nbob\ncharlie")
                @Nullable String text,
        @Schema(description = "Bundled dataset to train on; excludes text")
                @Nullable String dataset,
        @Schema(
                        description =
                                "Options that all trials share, as for a session; without text and dataset."
                                        + " Varied options replace them. Without numSteps, the learning rate ends"
                                        + " with the trial")
                @Nullable InitRequest options,
        @Schema(
                        description =
                                "Values of the varied options by name; each combination is a trial, and the last"
                                        + " option changes first. Excludes random",
                        example = "{\"learningRate\": [0.003, 0.01], \"seed\": [1, 2, 3]}")
                @Nullable Map<String, @Nullable List<@Nullable Object>> grid,
        @Schema(description = "Draws the varied options at random; excludes grid")
                @Nullable RandomSearch random,
        @Schema(description = "Steps that each trial trains", minimum = "1", example = "1000")
                @Nullable Long steps,
        @Schema(description = "Condition that ends a trial early")
                RunRequest.@Nullable StopWhen stopWhen,
        @Schema(
                        description = "Trials at a time; by default twice the number of processors",
                        minimum = "1",
                        maximum = "1000")
                @Nullable Integer parallel) {

    /// More sessions than processors train no faster, and take memory.
    static final int MAX_PARALLEL = 1000;

    /// Trials with options drawn at random.
    public record RandomSearch(
            @Schema(description = "Number of trials", minimum = "1", example = "20")
                    @Nullable Integer count,
            @Schema(description = "Seed of the draws", defaultValue = "0") @Nullable Long seed,
            @Schema(
                            description = "From what each varied option is drawn, by name",
                            example =
                                    "{\"learningRate\": {\"min\": 0.0001, \"max\": 0.1, \"scale\": \"log\"},"
                                            + " \"nEmbd\": {\"values\": [16, 32]}}")
                    @Nullable Map<String, @Nullable Range> options) {}

    /// From what an option is drawn: a range of numbers, or values.
    @Schema(name = "SweepRange")
    public record Range(
            @Schema(description = "Smallest number", example = "0.0001") @Nullable Double min,
            @Schema(description = "Largest number", example = "0.1") @Nullable Double max,
            @Schema(
                            description =
                                    "linear: all numbers of the range are equally likely; log: all their"
                                            + " logarithms are",
                            allowableValues = {"linear", "log"},
                            defaultValue = "linear")
                    @Nullable String scale,
            @Schema(description = "Equally likely values, instead of a range", example = "[16, 32]")
                    @Nullable List<@Nullable Object> values) {}

    /// Returns the documents to train on.
    ///
    /// @throws InvalidInputException unless exactly one of text and dataset is given, or if the text is invalid
    public Corpus documents(Datasets datasets, Limits limits) {
        return new LoadRequest(text, dataset).corpus(datasets, limits);
    }

    /// Returns the exception for a request without a body.
    public static SessionException empty() {
        return SweepTrials.missing("name", "a string");
    }

    /// Returns what the sweep is to train.
    ///
    /// @param maxTrials how many trials it may have
    /// @param numDocs number of documents
    /// @param overwrites whether sessions with the names of trials are replaced
    /// @throws InvalidInputException if a value is out of range
    /// @throws SessionException if a field is missing, or the options of a trial are invalid
    public SweepPlan toPlan(
            JsonMapper json, Limits limits, int maxTrials, int numDocs, boolean overwrites) {
        if (name == null) {
            throw SweepTrials.missing("name", "a string");
        }
        RunCall run = run(limits);
        int trialsAtATime =
                parallel == null ? 2 * Runtime.getRuntime().availableProcessors() : parallel;
        InvalidInputException.requireRange("parallel", trialsAtATime, 1, MAX_PARALLEL);
        InitRequest shared =
                options == null ? json.convertValue(Map.of(), InitRequest.class) : options;
        SweepTrials reader = new SweepTrials(json, maxTrials, shared, run.steps());
        List<Map<String, Object>> varied = varied(reader);
        List<String> names = List.copyOf(varied.getFirst().keySet());
        AddedValidation validation = AddedValidation.of(numDocs, run.steps());
        return new SweepPlan(
                name,
                dataset,
                reader.shared(names, validation),
                names,
                run,
                trialsAtATime,
                overwrites,
                reader.trials(name, varied, limits, validation));
    }

    private RunCall run(Limits limits) {
        RunRequest run =
                new RunRequest(
                        steps, null, stopWhen, null, null, null, null, null, null, null, null, null,
                        null, null);
        return run.toCall(limits);
    }

    private List<Map<String, Object>> varied(SweepTrials reader) {
        if (grid != null && random == null) {
            return reader.combinations(grid);
        }
        if (random != null && grid == null) {
            return reader.draws(random);
        }
        throw InvalidInputException.outOfRange(
                "grid", null, null, null, "the request must have either grid or random");
    }
}
