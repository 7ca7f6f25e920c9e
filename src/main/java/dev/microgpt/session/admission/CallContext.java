package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

/// The context of a call: its caller, its precondition, its idempotency key and its memory. Passed down as a
/// parameter; nothing is bound to a thread.
///
/// @param caller the caller
/// @param condition the version that the session must have when the command is executed
/// @param idempotency null for a call without an idempotency key
/// @param memory memory for the request body, and for the response until it has been sent
public record CallContext(
        Caller caller,
        VersionCondition condition,
        @Nullable Idempotency idempotency,
        Memory.Share memory) {

    /// Returns the context of a call without preconditions and idempotency key.
    public static CallContext of(Caller caller, Memory.Share memory) {
        return new CallContext(caller, VersionCondition.NONE, null, memory);
    }

    /// Returns this context with an encoder for the response, which is then stored together with the changes
    /// of the call.
    public CallContext withEncoder(Idempotency.ResponseEncoder encoder) {
        return idempotency == null
                ? this
                : new CallContext(caller, condition, idempotency.with(encoder), memory);
    }

    /// Returns this context without a precondition, for a command to a session that the call has created.
    public CallContext unconditional() {
        return new CallContext(caller, VersionCondition.NONE, idempotency, memory);
    }

    /// Reserves memory until the call is over. Amounts below [Memory#SMALL] are not counted. May wait for the
    /// eviction of idle sessions, so it must be called on the caller's thread.
    ///
    /// @param what what needs the memory, for the error message, such as "the response"
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it exceeds the whole budget
    /// @throws SessionException `no_memory` if it does not fit now
    public void reserve(long bytes, String what) {
        if (bytes >= Memory.SMALL) {
            memory.require(bytes, what);
        }
    }

    /// Reserves the memory of a session that the call creates, in place of what the call has reserved so far
    /// for its body. Held until the call is over, when the session counts its own memory.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it exceeds the whole budget
    /// @throws SessionException `no_memory` if it does not fit now
    public void reserveForSession(long bytes) {
        memory.set(0);
        memory.require(bytes, "the session");
    }
}
