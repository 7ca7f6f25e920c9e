package dev.microgpt.verification.load;

import org.jspecify.annotations.Nullable;

/// Records the losses that a watcher receives over all its connections, and whether each step arrived once
/// and in order. Thread-safe.
final class LossLedger {

    private static final String LOSSES = "\"losses\":[";

    private final LossDigest digest = new LossDigest();
    private long first;
    private long next; // 0 until the first subscription is confirmed
    private long frames;
    private @Nullable String fault;

    /// Records a message.
    ///
    /// @param text the beginning of the message, which contains all its losses
    synchronized void record(CharSequence text) {
        String head = text.toString();
        if (head.startsWith("{\"type\":\"frame\"")) {
            recordFrame(head);
        } else if (head.startsWith("{\"type\":\"subscribed\"")) {
            recordStart(number(head, "step") + 1);
        } else {
            fail("unexpected message: " + head.substring(0, Math.min(head.length(), 200)));
        }
    }

    private void recordStart(long step) {
        if (next == 0) {
            first = step;
            next = step;
        } else if (step != next) {
            fail("the service continues at step %d, not %d".formatted(step, next));
        }
    }

    private void recordFrame(String head) {
        long from = number(head, "fromStep");
        long to = number(head, "toStep");
        int start = head.indexOf(LOSSES) + LOSSES.length();
        int end = head.indexOf(']', start);
        if (start < LOSSES.length() || end < 0) {
            fail("a frame without losses: " + head);
            return;
        }
        long count = end == start ? 0 : 1;
        for (int i = start; i < end; i++) {
            count += head.charAt(i) == ',' ? 1 : 0;
        }
        if (from != next || count != to - from + 1) {
            fail(
                    "received %d losses for steps %d to %d after step %d"
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

    /// Records a fault. Only the first one is kept: it causes the others.
    synchronized void fail(String newFault) {
        if (fault == null) {
            fault = newFault;
        }
    }

    /// Returns the first step that the watcher has not seen, or 0 if it has never subscribed.
    synchronized long next() {
        return next;
    }

    synchronized long frames() {
        return frames;
    }

    synchronized long losses() {
        return next - first;
    }

    /// Compares the received losses with those that the REST API returns.
    ///
    /// @param losses the losses of all steps, each in JSON
    /// @return the first fault; null if there is none
    synchronized @Nullable String check(String[] losses) {
        if (fault == null && losses() == 0) {
            return "nothing was received";
        }
        if (fault != null) {
            return fault;
        }
        LossDigest expected = new LossDigest();
        for (long step = first; step < next; step++) {
            String loss = losses[Math.toIntExact(step - 1)];
            expected.add(loss, 0, loss.length());
        }
        return expected.value() == digest.value()
                ? null
                : "the values differ from those of GET losses";
    }
}
