package dev.microgpt.crash;

/// The service did not keep what it had promised.
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1;

    Violation(String session, String what, Object expected, Object seen) {
        super("session %s, %s: expected %s, but saw %s".formatted(session, what, expected, seen));
    }
}
