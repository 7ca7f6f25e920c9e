package dev.microgpt.live;

/// Decides when to ping a client, and when it has timed out: when nothing has arrived for too long, not even
/// pongs.
final class Heartbeat {

    private final long pingNanos;
    private final long timeoutNanos;
    private volatile long lastReceived = System.nanoTime();
    private volatile boolean reading = true;
    private long lastPing = lastReceived; // confined to the pump's steps

    Heartbeat(LiveSettings settings) {
        pingNanos = settings.pingInterval().toNanos();
        timeoutNanos = settings.silence().toNanos();
    }

    /// Records that something has arrived from the client.
    void received() {
        lastReceived = System.nanoTime();
    }

    /// Records whether the server reads from the client. While it does not, the client cannot time out.
    void setReading(boolean isReading) {
        received();
        reading = isReading;
    }

    boolean isTimedOut(long now) {
        return reading && now - lastReceived >= timeoutNanos;
    }

    /// Returns whether a ping is due, and if so, schedules the next one an interval later.
    boolean startPingIfDue(long now) {
        if (now - lastPing < pingNanos) {
            return false;
        }
        lastPing = now;
        return true;
    }

    /// Returns the time until the next ping or the timeout.
    long nanosUntilDue(long now) {
        long untilPing = pingNanos - (now - lastPing);
        long untilTimeout = reading ? timeoutNanos - (now - lastReceived) : Long.MAX_VALUE;
        return Math.max(0, Math.min(untilPing, untilTimeout));
    }
}
