package dev.microgpt.session.query;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Carries the characters of a text from the thread that computes them to one that passes them on. It
/// holds no more than a text has.
public final class TokenQueue {

    private record Token(int id, String symbol, double prob) {}

    private static final Token END = new Token(-1, "", 0);

    private final LinkedBlockingQueue<Token> tokens = new LinkedBlockingQueue<>();
    private volatile boolean stopped;

    /// @return whether anybody still listens
    public boolean add(int tokenId, String symbol, double prob) {
        tokens.add(new Token(tokenId, symbol, prob));
        return !stopped;
    }

    /// The text is complete, or will never be.
    public void end() {
        tokens.add(END);
    }

    /// Nobody listens any more: the text may end where it is.
    public void stop() {
        stopped = true;
    }

    /// Passes the characters on until the text is complete.
    ///
    /// @param timeout for the whole text
    public void tell(SampleListener listener, Duration timeout)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Token token = tokens.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (token == null || token.equals(END)) {
                return;
            }
            listener.generated(token.id, token.symbol, token.prob);
        }
    }
}
