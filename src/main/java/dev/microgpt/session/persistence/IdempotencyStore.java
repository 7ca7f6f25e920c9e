package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.Idempotency;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// Stores the responses of idempotent calls for a day.
public interface IdempotencyStore {

    /// A response, or the start of a call that has none yet, because it has not ended or was interrupted.
    ///
    /// @param key see [Idempotency]
    /// @param call see [Idempotency]
    /// @param request see [Idempotency]; null for an interrupted call of an earlier version
    /// @param epoch the epoch of the session that the response is about; null for none or if it is not known
    /// @param step the step at which an interrupted call began; null otherwise
    /// @param response null for an interrupted call
    record Entry(
            String key,
            String call,
            @Nullable String request,
            @Nullable Long epoch,
            @Nullable Long step,
            Idempotency.@Nullable Response response) {

        /// Returns the entry for the response of a call.
        ///
        /// @param epoch the epoch of the session that the response is about; null for none
        public static Entry of(
                Idempotency idempotency, @Nullable Long epoch, Idempotency.Response response) {
            return new Entry(
                    idempotency.key(),
                    idempotency.call(),
                    idempotency.request(),
                    epoch,
                    null,
                    response);
        }

        /// Returns where the call began; null unless it was interrupted.
        public Idempotency.@Nullable Start start() {
            return epoch == null || step == null ? null : new Idempotency.Start(epoch, step);
        }
    }

    /// Returns the entry of a key; null if there is none.
    @Nullable Entry find(String key);

    /// Records the start of a call that may be interrupted.
    ///
    /// @param session the session that the call changes
    void started(Holding session, Idempotency idempotency, Idempotency.Start start);

    /// Stores the response of a call that changed nothing. Other responses are stored with the change.
    CompletableFuture<Void> put(Entry response);
}
