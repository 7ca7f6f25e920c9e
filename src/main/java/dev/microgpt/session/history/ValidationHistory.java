package dev.microgpt.session.history;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The validation losses of a session, oldest first. If there are too many, every second one is dropped. Confined to
/// its [Timeline].
final class ValidationHistory {

    private static final int MAX_LOSSES = 10_000;

    private final List<ValidationLoss> losses = new ArrayList<>();
    private List<ValidationLoss> shown = List.of(); // a copy, until there is another loss
    private @Nullable ValidationLoss best;
    private long measuredUpTo = -1;
    private long comparedSince = -1; // the step of the last change of the documents

    void clear() {
        losses.clear();
        shown = List.of();
        best = null;
        measuredUpTo = -1;
        comparedSince = -1;
    }

    /// Begins the search for the best again: losses up to this step are of other documents.
    void compareSince(long step) {
        comparedSince = step;
        best = null;
    }

    /// Adds a loss.
    ///
    /// @param loss infinite if a token was impossible; it is not kept then
    void add(ValidationLoss loss) {
        measuredUpTo = loss.step();
        if (!Double.isFinite(loss.loss())) {
            return;
        }
        losses.add(loss);
        if (loss.step() > comparedSince && (best == null || loss.loss() < best.loss())) {
            best = loss;
        }
        if (losses.size() > MAX_LOSSES) {
            thin();
        }
        shown = List.copyOf(losses);
    }

    private void thin() {
        List<ValidationLoss> kept = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            if (i % 2 == 0 || i == losses.size() - 1 || losses.get(i).equals(best)) {
                kept.add(losses.get(i));
            }
        }
        losses.clear();
        losses.addAll(kept);
    }

    List<ValidationLoss> losses() {
        return shown;
    }

    @Nullable ValidationLoss best() {
        return best;
    }

    /// Returns the last step at which the loss was measured; -1 if it never was.
    long measuredUpTo() {
        return measuredUpTo;
    }
}
