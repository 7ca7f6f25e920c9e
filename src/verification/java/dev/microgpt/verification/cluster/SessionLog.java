package dev.microgpt.verification.cluster;

import dev.microgpt.verification.support.ReferenceSession;

import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;

/// What a client knows about one of its sessions, which no other client changes. Its calls are repeated until they
/// are answered, so that the state is known after each of them.
final class SessionLog {

    private static final int MAX_NOTES = 60;

    private final String name;
    private final ArrayDeque<String> notes = new ArrayDeque<>();

    /// The control: the same operations, without any fault.
    private ReferenceSession control;

    private long newestRun;
    private boolean isDropped;

    SessionLog(String name, ReferenceSession control) {
        this.name = name;
        this.control = control;
    }

    String name() {
        return name;
    }

    ReferenceSession control() {
        return control;
    }

    /// Returns the step of the session.
    long step() {
        return control.step();
    }

    void replaced(ReferenceSession fresh) {
        control = fresh;
    }

    long newestRun() {
        return newestRun;
    }

    void runStarted(long id) {
        newestRun = id;
    }

    /// Returns whether a violation was found, after which the state is not known.
    boolean isDropped() {
        return isDropped;
    }

    void drop() {
        isDropped = true;
    }

    synchronized void note(String note) {
        notes.add(LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MILLIS) + " " + note);
        if (notes.size() > MAX_NOTES) {
            notes.remove();
        }
    }

    /// Returns the newest calls with their nodes and answers, for finding the cause of a violation.
    synchronized String notes() {
        return "\n    " + String.join("\n    ", notes);
    }
}
