package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.Idempotency;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// Keeps what was answered to calls that are not to be made twice, for a day.
public interface IdempotencyStore {

    /// An answer, or a call that was cut off before there was one.
    ///
    /// @param key see [Idempotency]
    /// @param call see [Idempotency]
    /// @param request see [Idempotency]; null where the call was cut off
    /// @param epoch of the session that it tells of; null where it tells of none, or that is not known
    /// @param step where the call began, if it was cut off; null otherwise
    /// @param answer null where there is none yet
    record Entry(
            String key,
            String call,
            @Nullable String request,
            @Nullable Long epoch,
            @Nullable Long step,
            Idempotency.@Nullable Answer answer) {

        /// The answer of a call.
        ///
        /// @param epoch of the session that it tells of; null for none
        public static Entry of(
                Idempotency idempotency, @Nullable Long epoch, Idempotency.Answer answer) {
            return new Entry(
                    idempotency.key(),
                    idempotency.call(),
                    idempotency.request(),
                    epoch,
                    null,
                    answer);
        }

        /// Where the call began; null unless it was cut off.
        public Idempotency.@Nullable Start start() {
            return epoch == null || step == null ? null : new Idempotency.Start(epoch, step);
        }
    }

    @Nullable Entry find(String key);

    /// A call begins that may be cut off in the middle.
    void started(Idempotency idempotency, Idempotency.Start start);

    /// Keeps the answer of a call that changed nothing.
    CompletableFuture<Void> keepAlone(Entry answer);
}
