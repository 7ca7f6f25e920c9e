package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// The idempotency key of a call, with which the call takes effect only once, however often it is repeated:
/// its response is stored in the same transaction as its change, and replayed to repeated calls.
///
/// @param key the key chosen by the caller, made unique among callers
/// @param call what is called, such as method and path
/// @param request a digest of the request body
/// @param interrupted where an interrupted call with this key began; null for a new one
/// @param encoder encodes the response; null if none is stored with the change
/// @param use keeps other calls from using the key
public record Idempotency(
        String key,
        String call,
        String request,
        @Nullable Start interrupted,
        @Nullable ResponseEncoder encoder,
        KeyUse use) {

    /// Where a call begins that may be interrupted.
    ///
    /// @param epoch the epoch of the session
    /// @param step number of steps trained before the call
    public record Start(long epoch, long step) {

        /// Returns where a call begins: where the interrupted call did, if the session is in the same epoch
        /// and not all steps of the call have been made; otherwise where the session is now.
        ///
        /// @param interrupted where the interrupted call began; null if there was none
        /// @param now where the session is now
        /// @param count number of steps of the call
        public static Start of(@Nullable Start interrupted, Start now, int count) {
            if (interrupted != null
                    && interrupted.epoch == now.epoch
                    && interrupted.step <= now.step
                    && now.step - interrupted.step < count) {
                return interrupted;
            }
            return now;
        }
    }

    /// A response as it is replayed.
    ///
    /// @param code the status code of the protocol
    /// @param attributes the attributes beside the body, such as headers
    /// @param body null if it is too large to be stored
    public record Response(int code, Map<String, String> attributes, byte @Nullable [] body) {}

    /// Encodes the result of a call as a response.
    public interface ResponseEncoder {
        Response encode(Object result);
    }

    /// Encodes the result of the call; null if no response is stored with the change.
    public @Nullable Response encode(Object result) {
        return encoder == null ? null : encoder.encode(result);
    }

    Idempotency with(ResponseEncoder other) {
        return new Idempotency(key, call, request, interrupted, other, use);
    }
}
