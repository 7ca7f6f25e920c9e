package dev.microgpt.verification.crash;

/// The service lost or changed something that it had confirmed.
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1;

    Violation(String session, String subject, Object expected, Object actual) {
        super(
                "session %s, %s: expected %s, but was %s"
                        .formatted(session, subject, expected, actual));
    }
}
