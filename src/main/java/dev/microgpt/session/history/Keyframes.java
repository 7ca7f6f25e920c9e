package dev.microgpt.session.history;

import dev.microgpt.engine.LogSpacedSteps;
import dev.microgpt.engine.ModelState;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The keyframes of a session: stored past models, within a memory limit.
///
/// There is a keyframe for each of the first 16 steps, and eight for every doubling of the step after that.
/// Beyond the memory limit, the keyframe is dropped whose neighbours have the smallest ratio of steps, and of
/// several such the oldest. The first keyframe and the kept one are never dropped. Thread-safe.
public final class Keyframes {

    /// See [LogSpacedSteps].
    private static final int SIGNIFICANT_BITS = 4;

    private final TreeMap<Long, ModelState> states = new TreeMap<>();
    private long bytes;
    private long maxBytes = Long.MAX_VALUE;
    private long kept = -1; // its step; -1 for none

    /// Returns whether there should be a keyframe at a step.
    public static boolean isDue(long step) {
        return LogSpacedSteps.contains(step, SIGNIFICANT_BITS);
    }

    /// Adds a keyframe, or replaces the one of the same step.
    public synchronized void add(ModelState state) {
        ModelState replaced = states.put(state.step(), state);
        bytes += state.bytes() - (replaced == null ? 0 : replaced.bytes());
        thin();
    }

    /// Adds a keyframe that is not dropped until another one is kept.
    public synchronized void keep(ModelState state) {
        long former = kept;
        kept = state.step();
        if (former != kept && former >= 0 && !isDue(former)) {
            remove(former);
        }
        add(state);
    }

    /// Keeps the keyframe of a step, if there is one, until another one is kept.
    synchronized void keep(long step) {
        kept = step;
    }

    private void remove(long step) {
        ModelState removed = states.remove(step);
        bytes -= removed == null ? 0 : removed.bytes();
    }

    public synchronized void clear() {
        states.clear();
        kept = -1;
        bytes = 0;
    }

    /// Changes the memory limit, and drops keyframes beyond it.
    public synchronized void limit(long newMaxBytes) {
        maxBytes = newMaxBytes;
        thin();
    }

    private void thin() {
        int fewest = states.containsKey(kept) && kept != states.firstKey() ? 2 : 1;
        while (bytes > maxBytes && states.size() > fewest) {
            remove(leastMissed());
        }
    }

    /// Returns the step of the keyframe to drop; never the first or the kept one, and the last only if there is no other.
    private long leastMissed() {
        long least = states.lastKey() == kept ? states.lowerKey(kept) : states.lastKey();
        double closest = Double.POSITIVE_INFINITY;
        long before = states.firstKey();
        @Nullable Long candidate = null;
        for (long after : states.tailMap(before, false).keySet()) {
            if (candidate != null) {
                double distance = (after + 1.0) / (before + 1.0);
                if (distance < closest && candidate != kept) {
                    closest = distance;
                    least = candidate;
                }
                before = candidate;
            }
            candidate = after;
        }
        return least;
    }

    /// Returns the newest keyframe at or before a step; null if there is none.
    public synchronized @Nullable ModelState atOrBefore(long step) {
        Map.Entry<Long, ModelState> entry = states.floorEntry(step);
        return entry == null ? null : entry.getValue();
    }

    /// Returns the estimated memory of the keyframes.
    public synchronized long bytes() {
        return bytes;
    }

    /// Returns the step of the oldest keyframe; 0 if there is none.
    public synchronized long firstStep() {
        return states.isEmpty() ? 0 : states.firstKey();
    }

    /// Returns all keyframes up to a step, newest first.
    public synchronized List<ModelState> upTo(long step) {
        return List.copyOf(states.headMap(step, true).descendingMap().values());
    }

    /// Returns the steps of the keyframes and their memory.
    public synchronized KeyframesView view() {
        return new KeyframesView(List.copyOf(states.keySet()), bytes, maxBytes);
    }
}
