package dev.microgpt.session.persistence;

import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

/// Something that changed a session and cannot be computed from what was before. Training can: so these,
/// made again one after the other at the same steps, lead from a save to where the session was.
public sealed interface Change {

    /// Steps trained when it happened.
    long step();

    /// Somebody was told that the steps are made.
    ///
    /// @param loss of the last one
    record Trained(long step, double loss) implements Change {}

    /// Something was drawn from the session's generator.
    ///
    /// @param words its state thereafter
    record Drawn(long step, int[] words) implements Change {}

    /// What the session's history tells.
    ///
    /// @param run as it was thereafter; null where the event is about none
    record Happened(SessionEvent event, @Nullable RunSnapshot run) implements Change {

        @Override
        public long step() {
            return event.step();
        }
    }

    /// The next step could not be made, and none can be. An event tells why.
    record Failed(long step) implements Change {}
}
