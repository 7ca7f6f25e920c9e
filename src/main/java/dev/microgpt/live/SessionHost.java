package dev.microgpt.live;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;

import java.util.concurrent.CompletableFuture;

/// The sessions of one process, which may be another one, as clients of the live stream use them.
///
/// Both methods fail with the code `moving` if the process does not own the session; then nothing was executed, and
/// the call may be repeated at another host.
public interface SessionHost {

    /// Carries out a message of a client about one session, other than `subscribe` and `unsubscribe`.
    ///
    /// @param answers gets the answers, and an error if the message fails
    /// @param stop completed from outside when training is to make no more steps
    /// @return completes after the last answer
    CompletableFuture<Void> execute(
            CallContext call, ClientText message, Answers answers, CompletableFuture<Void> stop);

    /// Starts to watch a session.
    ///
    /// @param wake called when there may be something to send, also before this method has returned; must not block
    CompletableFuture<Watch> watch(
            Caller caller, String session, WatchRequest request, Runnable wake);
}
