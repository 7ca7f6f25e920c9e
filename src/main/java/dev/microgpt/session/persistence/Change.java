package dev.microgpt.session.persistence;

import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

/// A change of a session that cannot be recomputed from its previous state. Training steps can be, so
/// a session is restored from a snapshot by applying the changes since at the same steps, in order, and
/// repeating the steps in between.
public sealed interface Change {

    /// Returns the number of steps trained at the time of the change.
    long step();

    /// A step call has ended: its steps count as made.
    ///
    /// @param loss the loss of the last step
    record Trained(long step, double loss) implements Change {}

    /// Something was drawn from the session's generator.
    ///
    /// @param words the state of the generator after the draw
    record Drawn(long step, int[] words) implements Change {}

    /// An event happened.
    ///
    /// @param run the run after the event; null if the event is about none
    record Happened(SessionEvent event, @Nullable RunSnapshot run) implements Change {

        @Override
        public long step() {
            return event.step();
        }
    }

    /// The next step could not be made, and the session has failed. An event carries the reason.
    record Failed(long step) implements Change {}
}
