package dev.microgpt.session.query;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// What is known of the validation loss of a session.
///
/// @param documents number of documents that are held out
/// @param measured number of them that are measured
/// @param losses oldest first
/// @param best the lowest; null before the first measurement
/// @param overfitSince see [#overfitSince]
public record Validation(
        int documents,
        int measured,
        List<ValidationLoss> losses,
        @Nullable ValidationLoss best,
        @Nullable Long overfitSince) {

    /// How many measurements in a row must be above the lowest.
    private static final int MEASUREMENTS = 3;

    /// How much the newest loss must be above the lowest, relatively.
    private static final double RISE = 1.01;

    /// Steps over which the training loss is averaged.
    private static final int WINDOW = 100;

    public static Validation of(MicroGpt model, Timeline timeline) {
        List<ValidationLoss> losses = timeline.validationLosses();
        ValidationLoss best = timeline.bestValidationLoss();
        int numDocs = model.corpus().size();
        return new Validation(
                model.options().heldOut().numDocuments(numDocs),
                model.validationDocuments().length,
                losses,
                best,
                best == null ? null : overfitSince(losses, best, model.lossHistory()));
    }

    /// Returns the step of the lowest loss if the last three were above it, the newest by 1%, while the mean training
    /// loss fell; null if not.
    static @Nullable Long overfitSince(
            List<ValidationLoss> losses, ValidationLoss best, LossHistory training) {
        int numLater = losses.size() - 1 - losses.indexOf(best);
        ValidationLoss newest = losses.getLast();
        if (numLater < MEASUREMENTS || newest.loss() <= RISE * best.loss()) {
            return null;
        }
        double before = meanUpTo(best.step(), training);
        return meanUpTo(newest.step(), training) < before ? best.step() : null;
    }

    /// @return NaN if it is not known
    private static double meanUpTo(long step, LossHistory training) {
        LossHistory.Segment segment = training.from(Math.max(1, step - WINDOW + 1), WINDOW);
        int count = (int) Math.min(segment.losses().length, step - segment.from() + 1);
        return count <= 0
                ? Double.NaN
                : Arrays.stream(segment.losses(), 0, count).average().orElse(Double.NaN);
    }
}
