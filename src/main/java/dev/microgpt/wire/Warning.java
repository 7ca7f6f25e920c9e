package dev.microgpt.wire;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.DocumentCounts;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Something that is allowed, but probably not what was wanted.
public record Warning(
        @Schema(
                        description = "The kind of warning",
                        allowableValues = {
                            Warning.LEARNING_RATE_ZERO,
                            Warning.DOCUMENTS_TRUNCATED,
                            Warning.DUPLICATE_DOCUMENTS,
                            Warning.LOSS_UNUSUAL
                        },
                        example = Warning.LEARNING_RATE_ZERO)
                String code,
        @Schema(
                        description = "The warning in words, with its numbers",
                        example =
                                "the learning rate has reached 0 at step 1000 (numSteps), so further"
                                        + " steps change no parameter")
                String message) {

    static final String LEARNING_RATE_ZERO = "learning_rate_zero";
    static final String DOCUMENTS_TRUNCATED = "documents_truncated";
    static final String DUPLICATE_DOCUMENTS = "duplicate_documents";
    static final String LOSS_UNUSUAL = "loss_unusual";

    /// The smallest share of duplicates that is worth a warning. Lists of names or words have some: 8% of the
    /// bundled names are given to girls and boys, and are in the list twice.
    private static final double MANY_DUPLICATES = 0.1;

    /// Returns the warnings of a session; null for none.
    static @Nullable List<Warning> of(SessionView view) {
        List<Warning> warnings = new ArrayList<>();
        DocumentCounts documents = view.documents();
        Integer numDocs = view.numDocs();
        if (documents != null && numDocs != null) {
            addDocuments(
                    warnings,
                    numDocs,
                    documents.truncated(),
                    documents.duplicates(),
                    view.options().blockSize());
        }
        addNextRate(warnings, view);
        addDivergence(warnings, view.divergence());
        return orNull(warnings);
    }

    /// Returns the warnings of a run; null for none.
    static @Nullable List<Warning> of(RunView run) {
        List<Warning> warnings = new ArrayList<>();
        if (run.isRateZero()) {
            warnings.add(
                    new Warning(
                            LEARNING_RATE_ZERO,
                            run.stepsDone() == 0
                                    ? "the learning rate has reached 0, so the steps of this run change"
                                            + " no parameter; increase numSteps to continue learning"
                                    : "the learning rate of all %d steps of this run so far was 0, so they"
                                                    .formatted(run.stepsDone())
                                            + " changed no parameter; increase numSteps to continue"
                                            + " learning"));
        }
        addDivergence(warnings, run.divergence());
        return orNull(warnings);
    }

    /// Returns the warnings of a step call; null for none.
    static @Nullable List<Warning> of(StepOutcome outcome) {
        List<Warning> warnings = new ArrayList<>();
        if (outcome.isRateZero()) {
            warnings.add(
                    new Warning(
                            LEARNING_RATE_ZERO,
                            outcome.call().count() == 1
                                    ? "the learning rate of this step was 0, so it changed no parameter;"
                                            + " increase numSteps to continue learning"
                                    : "the learning rate of all %d steps of this call was 0, so they"
                                                    .formatted(outcome.call().count())
                                            + " changed no parameter; increase numSteps to continue"
                                            + " learning"));
        } else {
            addNextRate(warnings, outcome.view());
        }
        addDivergence(warnings, outcome.view().divergence());
        return orNull(warnings);
    }

    /// Returns the warnings of documents that are not loaded yet; empty for none.
    static List<Warning> ofDocuments(int documents, int truncated, int duplicates, int blockSize) {
        List<Warning> warnings = new ArrayList<>();
        addDocuments(warnings, documents, truncated, duplicates, blockSize);
        return warnings;
    }

    private static void addDocuments(
            List<Warning> warnings, int documents, int truncated, int duplicates, int blockSize) {
        if (truncated > 0) {
            boolean isOne = truncated == 1;
            warnings.add(
                    new Warning(
                            DOCUMENTS_TRUNCATED,
                            "%d of %d documents %s not fit into the context of %d tokens (blockSize), so training cuts %s off"
                                    .formatted(
                                            truncated,
                                            documents,
                                            isOne ? "does" : "do",
                                            blockSize,
                                            isOne ? "it" : "them")));
        }
        if (duplicates > 0 && duplicates >= MANY_DUPLICATES * documents) {
            boolean isOne = duplicates == 1;
            warnings.add(
                    new Warning(
                            DUPLICATE_DOCUMENTS,
                            "%d of %d documents %s an earlier one, so training sees %s more often"
                                    .formatted(
                                            duplicates,
                                            documents,
                                            isOne ? "repeats" : "repeat",
                                            isOne ? "it" : "these")));
        }
    }

    private static void addNextRate(List<Warning> warnings, SessionView view) {
        ModelOptions options = view.options();
        boolean canTrain = view.numDocs() != null && view.state() != SessionState.FAILED;
        if (canTrain && options.learningRateAt(view.step()) == 0) {
            long warmupSteps = options.optimization().warmupSteps();
            boolean endsInWarmup = warmupSteps > options.numSteps();
            warnings.add(
                    new Warning(
                            LEARNING_RATE_ZERO,
                            ("the learning rate has reached 0 at step %d (%s), so further steps"
                                            + " change no parameter; increase numSteps to continue"
                                            + " learning")
                                    .formatted(
                                            Math.max(options.numSteps(), warmupSteps),
                                            endsInWarmup ? "warmupSteps" : "numSteps")));
        }
    }

    private static void addDivergence(List<Warning> warnings, @Nullable Divergence divergence) {
        if (divergence != null) {
            warnings.add(
                    new Warning(
                            LOSS_UNUSUAL,
                            divergence.inWords()
                                    + ", more than twice that of a model that has learned nothing; fork"
                                    + " from an earlier step, or start again with a lower learning rate"));
        }
    }

    private static @Nullable List<Warning> orNull(List<Warning> warnings) {
        return warnings.isEmpty() ? null : warnings;
    }
}
