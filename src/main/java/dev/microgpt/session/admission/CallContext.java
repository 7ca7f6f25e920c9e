package dev.microgpt.session.admission;

import org.jspecify.annotations.Nullable;

/// What a call brings along: who makes it, what the session must be like, how it is made only once, and
/// the memory that it uses. Passed down as a parameter; nothing is bound to a thread.
///
/// @param caller whose sessions the call is about
/// @param condition what the session must be like when the call's turn comes
/// @param idempotency null for a call that may be made again when it is repeated
/// @param memory for the call's body, and for its answer until the caller has taken it
public record CallContext(
        Caller caller,
        VersionCondition condition,
        @Nullable Idempotency idempotency,
        Memory.Share memory) {

    /// A call without conditions.
    public static CallContext of(Caller caller, Memory.Share memory) {
        return new CallContext(caller, VersionCondition.NONE, null, memory);
    }

    /// The same call, with the answer that is written down with what it changes.
    public CallContext answeredBy(Idempotency.AnswerEncoder encoder) {
        return idempotency == null
                ? this
                : new CallContext(caller, condition, idempotency.with(encoder), memory);
    }

    /// The same call on a session that it has made itself: any version will do.
    public CallContext unconditional() {
        return new CallContext(caller, VersionCondition.NONE, idempotency, memory);
    }

    /// Takes memory until the call is over. Small things do not count. May wait for sessions that are not
    /// in use to be put away, so it is called on the caller's thread only.
    ///
    /// @param what for the message, such as "the answer"
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it never fits
    /// @throws SessionException `no_memory` if it does not fit now
    public void reserve(long bytes, String what) {
        if (bytes >= Memory.SMALL) {
            memory.require(bytes, what);
        }
    }

    /// Takes the memory of a session that the call is to make: what the call has read for it so far becomes
    /// the session. Held until others see the session's own.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it never fits
    /// @throws SessionException `no_memory` if it does not fit now
    public void reserveForSession(long bytes) {
        memory.set(0);
        memory.require(bytes, "the session");
    }
}
