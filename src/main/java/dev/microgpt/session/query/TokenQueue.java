package dev.microgpt.session.query;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A queue of the characters of one text, from the compute thread to the caller's thread, which passes them
/// to a listener. Bounded by the length of the text.
public final class TokenQueue {

    private record Token(int id, String symbol, double prob) {}

    private static final Token END = new Token(-1, "", 0);

    private final LinkedBlockingQueue<Token> tokens = new LinkedBlockingQueue<>();
    private volatile boolean stopped;

    /// Adds a character.
    ///
    /// @return whether the caller still wants characters
    public boolean add(int tokenId, String symbol, double prob) {
        tokens.add(new Token(tokenId, symbol, prob));
        return !stopped;
    }

    /// Marks the end of the text, complete or not.
    public void end() {
        tokens.add(END);
    }

    /// Notes that the caller wants no more characters, so that the generation may end early.
    public void stop() {
        stopped = true;
    }

    /// Passes characters to a listener until the end of the text or the timeout.
    ///
    /// @param timeout the timeout for the whole text
    public void forwardTo(SampleListener listener, Duration timeout)
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
