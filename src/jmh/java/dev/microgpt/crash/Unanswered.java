package dev.microgpt.crash;

/// The service refused a call as it was being stopped: the call may have happened or not.
final class Unanswered extends RuntimeException {

    private static final long serialVersionUID = 1;

    Unanswered(String answer) {
        super(answer);
    }
}
