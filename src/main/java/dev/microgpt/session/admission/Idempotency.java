package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// How a call changes something once, however often it is repeated: its answer is written down in the
/// transaction of its change, and given again to whoever repeats it.
///
/// @param key chosen by the caller, made unique among callers
/// @param call what was called, such as method and path
/// @param request a digest of the call's body
/// @param interrupted where the same call began before, and was cut off; null for a new one
/// @param encoder makes the answer; null where none is to be written down with the change
public record Idempotency(
        String key,
        String call,
        String request,
        @Nullable Start interrupted,
        @Nullable AnswerEncoder encoder) {

    /// Where a call begins that may be cut off in the middle.
    ///
    /// @param epoch of the session
    /// @param step steps trained before
    public record Start(long epoch, long step) {

        /// Where a call begins that is made now: here, or earlier if it was cut off after fewer steps than
        /// it is to make.
        ///
        /// @param now where the session is
        /// @param count steps of the call
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

    /// An answer as it is given again.
    ///
    /// @param code of its kind, to whoever gives answers
    /// @param attributes beside the body
    /// @param body null where it is too large to be kept
    public record Answer(int code, Map<String, String> attributes, byte @Nullable [] body) {}

    /// Makes the answer of what a call has done.
    public interface AnswerEncoder {
        Answer encode(Object result);
    }

    /// The answer of what the call has done; null where none is to be written down with it.
    public @Nullable Answer answer(Object result) {
        return encoder == null ? null : encoder.encode(result);
    }

    Idempotency with(AnswerEncoder other) {
        return new Idempotency(key, call, request, interrupted, other);
    }
}
