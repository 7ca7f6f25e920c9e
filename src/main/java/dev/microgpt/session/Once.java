package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// A call that changes something once, however often it is repeated: what it changes and its answer are
/// written down together.
///
/// The answer is made when the change has been, so the store holds the change back until then. Whoever
/// makes the call has to bring an answer, or none, in any case and soon.
public final class Once {

    private final AnswerStore answers;
    private final String key;
    private final String call;
    private final @Nullable Start interrupted;
    private final CompletableFuture<Runnable> answer = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> kept;
    private @Nullable Long epoch;

    /// Where a call begins that may be cut off in the middle.
    ///
    /// @param epoch of the session
    /// @param step steps trained before
    public record Start(long epoch, long step) {}

    /// @param call method and path
    /// @param interrupted where the same call began before, and was cut off
    public Once(AnswerStore answers, String key, String call, @Nullable Start interrupted) {
        this.answers = answers;
        this.key = key;
        this.call = call;
        this.interrupted = interrupted;
    }

    /// Where the steps of this call begin: now, or earlier if it has been cut off.
    ///
    /// @param count of the steps
    Start start(Start now, int count) {
        if (interrupted != null
                && interrupted.epoch == now.epoch
                && interrupted.step <= now.step
                && now.step - interrupted.step < count) {
            return interrupted;
        }
        answers.started(key, call, now);
        return now;
    }

    /// Writes the answer down when it is there.
    public CompletableFuture<Runnable> answer() {
        return answer;
    }

    /// The answer is there.
    ///
    /// @param write writes it down, in the transaction of the change
    public void answered(Runnable write) {
        answer.complete(write);
    }

    /// There is no answer that is worth keeping.
    public void unanswered() {
        answer.complete(() -> {});
    }

    /// A change waits for the answer.
    ///
    /// @param change completes when both are kept
    /// @param ofEpoch the life of the session that was changed
    synchronized void keptWith(CompletableFuture<Void> change, long ofEpoch) {
        kept = change;
        epoch = ofEpoch;
    }

    /// Completes when change and answer are kept; null where nothing was changed.
    public synchronized @Nullable CompletableFuture<Void> kept() {
        return kept;
    }

    /// The life of the session that was changed; null where nothing was.
    public synchronized @Nullable Long epoch() {
        return epoch;
    }
}
