package dev.microgpt.session;

/// The memory of the call at hand: for its body, and for its answer until the caller has taken it.
public final class CallMemory {

    /// Bound to the thread of the call.
    public static final ScopedValue<Memory.Share> CURRENT = ScopedValue.newInstance();

    private CallMemory() {}

    /// Takes memory until the call is over. Small things do not count.
    ///
    /// @param what for the message, such as "the answer"
    /// @throws dev.microgpt.engine.InvalidInputException `too_large` if it never fits
    /// @throws SessionException `no_memory` if it does not fit now
    public static void require(long bytes, String what) {
        if (bytes >= Memory.SMALL && CURRENT.isBound()) {
            CURRENT.get().require(bytes, what);
        }
    }
}
