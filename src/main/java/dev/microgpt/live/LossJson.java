package dev.microgpt.live;

import dev.microgpt.engine.LossHistory;

import tools.jackson.databind.json.JsonMapper;

/// Caches the newest losses of a history as JSON. Each loss is serialized once, and any range of them is a
/// part of the same text; so frames of different watchers may begin and end at different steps. Thread-safe.
final class LossJson {

    private static final int CAPACITY = 1 << 15; // losses, of 25 characters at most

    private final JsonMapper json;
    private final LossHistory history;
    private final StringBuilder text = new StringBuilder(); // each loss is followed by a comma
    private final int[] ends = new int[CAPACITY]; // [i]: end of loss i in the text, after its comma
    private long first = 1; // step of the first loss in the text
    private int count;

    LossJson(JsonMapper json, LossHistory history) {
        this.json = json;
        this.history = history;
    }

    LossHistory history() {
        return history;
    }

    /// Returns losses of this history as a JSON array.
    ///
    /// @param segment at least one loss
    synchronized String array(LossHistory.Segment segment) {
        if (segment.from() > first + count) { // no watcher has read the steps in between
            clear(segment.from());
        }
        long skipped = first + count - segment.from();
        if (segment.from() < first || segment.losses().length - skipped > CAPACITY) {
            return json.writeValueAsString(segment.losses()); // too old, or too many, for the cache
        }
        if (skipped < segment.losses().length) {
            append(segment, (int) skipped);
        }
        int index = Math.toIntExact(segment.from() - first);
        int last = index + segment.losses().length - 1;
        return "[" + text.substring(start(index), ends[last] - 1) + "]";
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    private void clear(long step) {
        text.setLength(0);
        first = step;
        count = 0;
    }

    /// Appends the losses of a segment, except for the first `skipped`.
    private void append(LossHistory.Segment segment, int skipped) {
        int added = segment.losses().length - skipped;
        if (count + added > CAPACITY) {
            // Drops half of them at once, so that this is rare, but none that the segment needs.
            dropFirst(Math.min(Math.max(count / 2, count + added - CAPACITY), count - skipped));
        }
        double[] losses = new double[added];
        System.arraycopy(segment.losses(), skipped, losses, 0, added);
        String array = json.writeValueAsString(losses);
        int start = text.length() - 1; // where its opening bracket would be
        text.append(array, 1, array.length() - 1).append(',');
        for (int i = 1; i < array.length(); i++) {
            if (array.charAt(i) == ',') {
                ends[count++] = start + i + 1;
            }
        }
        ends[count++] = text.length();
    }

    private void dropFirst(int dropped) {
        int chars = ends[dropped - 1];
        text.delete(0, chars);
        count -= dropped;
        first += dropped;
        for (int i = 0; i < count; i++) {
            ends[i] = ends[i + dropped] - chars;
        }
    }
}
