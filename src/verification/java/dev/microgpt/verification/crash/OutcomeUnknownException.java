package dev.microgpt.verification.crash;

/// The service rejected a call because it is shutting down: the call may have taken effect or not.
final class OutcomeUnknownException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OutcomeUnknownException(String response) {
        super(response);
    }
}
