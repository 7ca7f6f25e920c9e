package dev.microgpt.session.history;

import dev.microgpt.engine.LossHistory;

import org.jspecify.annotations.Nullable;

/// Finds out from the losses whether training diverges: whether the mean loss of the newest 100 steps is
/// above twice the uniform baseline ln V. A model that has learned nothing is at the baseline.
///
/// New parameters of a wide model may begin above that and fall within some steps, so nothing is reported
/// before step 200: by then the first 100 steps have left the mean.
///
/// The state follows from the losses alone, so it need not be stored with the model. A loss costs one
/// comparison, unless a high one is among the newest 100.
public final class DivergenceDetector {

    static final int WINDOW = 100;
    private static final double BASELINES = 2;
    private static final int CHUNK = 1 << 12;

    private final LossHistory losses;
    private final double threshold;
    private final double[] window = new double[WINDOW]; // ring, by step
    private long checked; // the newest step that has been looked at
    private long firstHeld; // the oldest step that may be in the window
    private long lastHigh; // the newest step with a loss above the threshold; 0 for none
    private @Nullable Divergence current;

    /// @param losses the losses to follow
    /// @param vocabSize V, at least 2
    public DivergenceDetector(LossHistory losses, int vocabSize) {
        this.losses = losses;
        threshold = BASELINES * Math.log(vocabSize);
        checked = losses.oldestExact() - 1;
        firstHeld = checked + 1;
    }

    /// Returns the divergence as of the newest loss; null if training does not diverge.
    public @Nullable Divergence current() {
        while (checked < losses.size()) {
            LossHistory.Segment next = losses.from(checked + 1, CHUNK);
            if (next.from() > checked + 1) { // losses in between are no longer known
                firstHeld = next.from();
                checked = next.from() - 1;
            }
            for (double loss : next.losses()) {
                add(loss);
            }
        }
        return checked < 2 * WINDOW ? null : current;
    }

    private void add(double loss) {
        checked++;
        window[index(checked)] = loss;
        if (loss > threshold) {
            lastHigh = checked;
        }
        // Without a high loss in the window, the mean cannot be high.
        boolean mayDiverge = lastHigh > checked - WINDOW && lastHigh > 0;
        current = mayDiverge ? divergence() : null;
    }

    private @Nullable Divergence divergence() {
        long from = checked - WINDOW + 1;
        if (from < firstHeld) {
            return null;
        }
        double sum = 0;
        long firstHigh = checked;
        for (long step = checked; step >= from; step--) {
            double loss = window[index(step)];
            sum += loss;
            firstHigh = loss > threshold ? step : firstHigh;
        }
        double mean = Math.min(sum, Double.MAX_VALUE) / WINDOW; // the sum may overflow
        if (mean <= threshold) {
            return null;
        }
        return new Divergence(current == null ? firstHigh : current.step(), mean);
    }

    private static int index(long step) {
        return (int) (step % WINDOW);
    }
}
