package dev.microgpt.load;

import org.jspecify.annotations.Nullable;

/// What a watcher was told of the losses, over all its connections: which steps, and whether each came
/// once and in order. Safe for use by several threads.
final class LossLedger {

    private static final String LOSSES = "\"losses\":[";

    private final LossDigest digest = new LossDigest();
    private long first;
    private long next; // 0 until the watcher knows where it begins
    private long frames;
    private @Nullable String fault;

    /// Takes the beginning of a message, in which the losses are.
    synchronized void take(CharSequence text) {
        String head = text.toString();
        if (head.startsWith("{\"type\":\"frame\"")) {
            takeFrame(head);
        } else if (head.startsWith("{\"type\":\"subscribed\"")) {
            takeStart(number(head, "step") + 1);
        } else {
            fail("came: " + head.substring(0, Math.min(head.length(), 200)));
        }
    }

    private void takeStart(long step) {
        if (next == 0) {
            first = step;
            next = step;
        } else if (step != next) {
            fail("the service goes on at step %d, not %d".formatted(step, next));
        }
    }

    private void takeFrame(String head) {
        long from = number(head, "fromStep");
        long to = number(head, "toStep");
        int start = head.indexOf(LOSSES) + LOSSES.length();
        int end = head.indexOf(']', start);
        if (start < LOSSES.length() || end < 0) {
            fail("a frame has no losses: " + head);
            return;
        }
        long count = end == start ? 0 : 1;
        for (int i = start; i < end; i++) {
            count += head.charAt(i) == ',' ? 1 : 0;
        }
        if (from != next || count != to - from + 1) {
            fail(
                    "%d losses for steps %d to %d came after step %d"
                            .formatted(count, from, to, next - 1));
        }
        if (count > 0) {
            digest.add(head, start, end);
        }
        next = to + 1;
        frames++;
    }

    private static long number(String json, String field) {
        int start = json.indexOf("\"" + field + "\":") + field.length() + 3;
        int end = start;
        while (end < json.length() && Character.isDigit(json.charAt(end))) {
            end++;
        }
        return Long.parseLong(json, start, end, 10);
    }

    /// The first fault is the one that matters.
    synchronized void fail(String what) {
        if (fault == null) {
            fault = what;
        }
    }

    /// The step that the watcher has not seen yet; 0 if it has seen none.
    synchronized long next() {
        return next;
    }

    synchronized long frames() {
        return frames;
    }

    synchronized long losses() {
        return next - first;
    }

    /// Compares what came with what the service says it was.
    ///
    /// @param losses of all steps, each as JSON
    /// @return what is wrong; null if nothing is
    synchronized @Nullable String check(String[] losses) {
        if (fault == null && losses() == 0) {
            return "nothing came";
        }
        if (fault != null) {
            return fault;
        }
        LossDigest expected = new LossDigest();
        for (long step = first; step < next; step++) {
            String loss = losses[Math.toIntExact(step - 1)];
            expected.add(loss, 0, loss.length());
        }
        return expected.value() == digest.value() ? null : "the values are not those of GET losses";
    }
}
