package dev.microgpt.live;

/// Tells when to ask a client whether it is still there, and when to give it up: after a time in which
/// nothing has come from it, not even the answers to pings.
final class Heartbeat {

    private final long pingNanos;
    private final long silenceNanos;
    private volatile long lastHeard = System.nanoTime();
    private volatile boolean listening = true;
    private long lastPing = lastHeard; // of the pump

    Heartbeat(LiveSettings settings) {
        pingNanos = settings.pingInterval().toNanos();
        silenceNanos = settings.silence().toNanos();
    }

    /// Something has come from the client.
    void heard() {
        lastHeard = System.nanoTime();
    }

    /// Whether anything is read from the client. While nothing is, it cannot be heard.
    void listening(boolean isListening) {
        heard();
        listening = isListening;
    }

    boolean isSilent(long now) {
        return listening && now - lastHeard >= silenceNanos;
    }

    /// Whether to send a ping now; the next one is due an interval later.
    boolean takePing(long now) {
        if (now - lastPing < pingNanos) {
            return false;
        }
        lastPing = now;
        return true;
    }

    /// How long there is nothing to do.
    long nanosUntilDue(long now) {
        long untilPing = pingNanos - (now - lastPing);
        long untilSilent = listening ? silenceNanos - (now - lastHeard) : Long.MAX_VALUE;
        return Math.max(0, Math.min(untilPing, untilSilent));
    }
}
