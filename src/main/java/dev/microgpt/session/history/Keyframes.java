package dev.microgpt.session.history;

import dev.microgpt.engine.ModelState;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A model as it was at earlier steps, within a bound of memory.
///
/// There is one for each of the first 16 steps, and eight for every doubling from then on. When memory
/// is short, the one goes that is missed least: whose neighbours are closest to each other, in
/// proportion, and of several such the oldest. The first one stays. Safe for use by several threads.
public final class Keyframes {

    /// Of a step, in binary, the first four digits may differ from 0.
    private static final int SIGNIFICANT_BITS = 4;

    private final TreeMap<Long, ModelState> states = new TreeMap<>();
    private long bytes;
    private long maxBytes = Long.MAX_VALUE;

    /// Whether a step is one of those that are kept.
    public static boolean isDue(long step) {
        int length = Long.SIZE - Long.numberOfLeadingZeros(step);
        return step == 0 || Long.numberOfTrailingZeros(step) >= length - SIGNIFICANT_BITS;
    }

    public synchronized void add(ModelState state) {
        ModelState replaced = states.put(state.step(), state);
        bytes += state.bytes() - (replaced == null ? 0 : replaced.bytes());
        thin();
    }

    public synchronized void clear() {
        states.clear();
        bytes = 0;
    }

    /// Changes how much memory may be used, and frees what is beyond.
    public synchronized void limit(long newMaxBytes) {
        maxBytes = newMaxBytes;
        thin();
    }

    private void thin() {
        while (bytes > maxBytes && states.size() > 1) {
            ModelState dropped = states.remove(leastMissed());
            bytes -= dropped == null ? 0 : dropped.bytes();
        }
    }

    private long leastMissed() {
        long least = states.lastKey();
        double closest = Double.POSITIVE_INFINITY;
        long before = states.firstKey();
        @Nullable Long candidate = null;
        for (long after : states.tailMap(before, false).keySet()) {
            if (candidate != null) {
                double distance = (after + 1.0) / (before + 1.0);
                if (distance < closest) {
                    closest = distance;
                    least = candidate;
                }
                before = candidate;
            }
            candidate = after;
        }
        return least;
    }

    /// The newest one at or before a step.
    public synchronized @Nullable ModelState atOrBefore(long step) {
        Map.Entry<Long, ModelState> entry = states.floorEntry(step);
        return entry == null ? null : entry.getValue();
    }

    /// The memory that they take, about.
    public synchronized long bytes() {
        return bytes;
    }

    /// The oldest step that there is; 0 where there is none.
    public synchronized long firstStep() {
        return states.isEmpty() ? 0 : states.firstKey();
    }

    /// All up to a step, newest first.
    public synchronized List<ModelState> upTo(long step) {
        return List.copyOf(states.headMap(step, true).descendingMap().values());
    }

    /// What there is.
    public synchronized KeyframesView view() {
        return new KeyframesView(List.copyOf(states.keySet()), bytes, maxBytes);
    }
}
