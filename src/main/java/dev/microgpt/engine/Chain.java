package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// Texts that follow each other in the draws of a generator: the first begins with a given draw, each of the others with
/// the draw after the end of the last. Chains that begin a text with the same draw have the same texts from there on.
final class Chain {

    /// Maximum number of tokens.
    static final int MAX_LENGTH = 1 << 13;

    private static final int FIRST_TOKEN = 1 << 31; // of a text

    private static final VarHandle LENGTH = lengthHandle();

    private long start; // draw of the first token in the log
    private int[] log = {}; // tokens, one for each draw
    private int length; // written last, as another thread may read the tokens before it
    private long boundary;
    private long knownDraws; // end of the draws for which there is room

    /// The sequence of the decoder that reads it; -1 for none.
    int sequence;

    /// The token that was drawn last.
    int token;

    /// How many tokens the current text has; 0 between two texts.
    int textLength;

    /// The chain that begins with the next later draw, if there is one.
    @Nullable Chain next;

    /// Whether its texts from [#boundary()] on are those of the next chain.
    boolean isMerged;

    /// @param start the first draw
    Chain(long start, int sequence) {
        this.start = start;
        this.sequence = sequence;
        boundary = start;
    }

    private static VarHandle lengthHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Chain.class, "length", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    long start() {
        return start;
    }

    /// Returns the draw after the last one.
    long end() {
        return start + length;
    }

    /// Returns the draw after the last one, for a thread that does not advance this chain: tokens before it can be read.
    long publishedEnd() {
        return start + (int) LENGTH.getAcquire(this);
    }

    /// Returns the draw after the last complete text.
    long boundary() {
        return boundary;
    }

    /// Returns whether there may be another text of some length.
    boolean hasRoom(int tokens) {
        return length + tokens <= MAX_LENGTH;
    }

    /// Makes room for the tokens of known draws. Must not run while chains are advanced.
    ///
    /// @param end the draw after the last that is known
    void prepare(long end) {
        knownDraws = end;
        int room = (int) Math.min(end - start, MAX_LENGTH);
        if (room > log.length) {
            log = Arrays.copyOf(log, Math.max(room, Math.min(2 * log.length, MAX_LENGTH)));
        }
    }

    /// Returns whether the draws are known for a text of some length, and there is room for it.
    boolean hasDrawsForText(int tokens) {
        return end() + tokens <= knownDraws && hasRoom(tokens);
    }

    /// Adds a token to the current text, or begins a text with it.
    void add(int tokenId, boolean endsText) {
        log[length] = textLength == 0 ? tokenId | FIRST_TOKEN : tokenId;
        LENGTH.setRelease(this, length + 1);
        token = tokenId;
        textLength++;
        if (endsText) {
            textLength = 0;
            boundary = end();
        }
    }

    /// Returns whether a text begins with a draw.
    ///
    /// @param draw from [#start()], one whose token is in the chain
    boolean beginsAt(long draw) {
        return log[(int) (draw - start)] < 0;
    }

    /// Returns the token that a draw chose.
    int tokenOf(long draw) {
        return log[(int) (draw - start)] & ~FIRST_TOKEN;
    }

    /// Forgets the tokens before a draw.
    void forgetBefore(long draw) {
        int forgotten = (int) (draw - start);
        System.arraycopy(log, forgotten, log, 0, length - forgotten);
        length -= forgotten;
        start = draw;
    }
}
