package dev.microgpt.verification.crash;

/// A shutdown ended a call, which may have taken effect, in part or not at all.
final class OutcomeUnknownException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OutcomeUnknownException(String response) {
        super(response);
    }
}
