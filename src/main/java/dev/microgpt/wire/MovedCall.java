package dev.microgpt.wire;

import jakarta.servlet.ServletRequest;

/// Tells a node of a cluster that a call has not been executed because its session is moving. The node can then pass
/// the call on instead of responding.
///
/// Used by the thread of the request alone.
public final class MovedCall {

    private static final String ATTRIBUTE = MovedCall.class.getName();

    private boolean hasMoved;
    private boolean isClosed;

    private MovedCall() {}

    /// Returns where the next handlers of a request report that its session is moving.
    public static MovedCall expect(ServletRequest request) {
        MovedCall call = new MovedCall();
        request.setAttribute(ATTRIBUTE, call);
        return call;
    }

    /// Reports that a call was not executed. Its response is then not sent, if a node can pass the call on.
    public static void report(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof MovedCall call && !call.isClosed) {
            call.hasMoved = true;
        }
    }

    /// Returns whether the call was reported.
    public boolean hasMoved() {
        return hasMoved;
    }

    /// Ignores later reports: what follows is sent to the client.
    public void close() {
        isClosed = true;
    }
}
