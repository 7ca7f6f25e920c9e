package dev.microgpt.session.actor;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.Sample;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.Query;
import dev.microgpt.session.query.TokenQueue;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Everything that can be asked of a session's actor, with what it answers.
public sealed interface Command<R> {

    /// Whether it is done in the order of training, and not between two slices of it.
    default boolean isTraining() {
        return false;
    }

    /// Whether it changes what is stored, so that there has to be room.
    default boolean needsRoom() {
        return true;
    }

    /// Whether the slice at hand should end early for it.
    default boolean isUrgent() {
        return false;
    }

    /// Whether it is done even if that can be stored only later.
    default boolean isStoredLater() {
        return false;
    }

    /// How much of the session it needs in memory.
    default Need need() {
        return Need.ALL;
    }

    /// Whether it changes the session in memory before that is stored.
    default boolean changesMemory() {
        return need() != Need.NOTHING;
    }

    /// How much of a session a command needs in memory.
    enum Need {
        NOTHING,
        /// Its past, unless that cannot be read.
        WHAT_CAN_BE_READ,
        ALL
    }

    /// The session begins to exist.
    record Begin() implements Command<PublishedState> {}

    /// Starts the session again with another model.
    ///
    /// @param kind how the model came to be; null for one without documents
    record Replace(MicroGpt model, SessionEvent.@Nullable Kind kind)
            implements Command<PublishedState> {

        @Override
        public boolean isUrgent() {
            return true;
        }

        @Override
        public Need need() {
            return Need.WHAT_CAN_BE_READ;
        }
    }

    /// Loads documents and makes new parameters, both from the session's seed.
    ///
    /// @param overwrite whether steps may be lost
    record Load(Corpus corpus, boolean overwrite) implements Command<PublishedState> {

        @Override
        public Need need() {
            return Need.WHAT_CAN_BE_READ;
        }
    }

    /// Changes how the next steps train.
    record Steer(Steering steering) implements Command<PublishedState> {}

    /// Trains.
    ///
    /// @param epoch the one that is meant; null for the present one
    record Train(StepCall call, @Nullable Long epoch) implements Command<StepOutcome> {

        @Override
        public boolean isTraining() {
            return true;
        }
    }

    /// Shows the session as training, also between step calls, until as many ends as beginnings have come.
    record AnnounceTraining(boolean begins) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    record StartRun(RunCall call) implements Command<RunView> {}

    record PauseRun(long id) implements Command<RunView> {

        @Override
        public boolean isUrgent() {
            return true;
        }
    }

    record ResumeRun(long id) implements Command<RunView> {}

    record CancelRun(long id) implements Command<RunView> {

        @Override
        public boolean isUrgent() {
            return true;
        }
    }

    /// After a restart of the process, a run that was active continues, or pauses.
    record RestartRun(boolean continues) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean isStoredLater() {
            return true;
        }
    }

    /// Generates texts from the session's own generator.
    record Draw(Generation generation) implements Command<AsOf<List<Sample>>> {}

    /// Generates the next of several texts from the session's own generator, character by character.
    record DrawNext(Generation generation, TokenQueue tokens) implements Command<AsOf<Sample>> {}

    /// Generates the next of several texts from a generator of the call's own.
    record GenerateNext(Generation generation, TokenQueue tokens) implements Command<AsOf<Sample>> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Asks something that changes nothing.
    record Ask<R>(Query<R> query) implements Command<R> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Takes what a session of its own needs to continue as this one does, or did.
    ///
    /// @param step null for the present one
    record TakeBranch(@Nullable Long step) implements Command<ForkPoint> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Stores all of the session and drops it from memory, if it has not been used.
    ///
    /// @param unusedSince in the time of the ticker
    record Evict(long unusedSince) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public Need need() {
            return Need.NOTHING;
        }
    }

    /// Ends the session. It needs no room: it makes some.
    record Delete() implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean isUrgent() {
            return true;
        }

        @Override
        public Need need() {
            return Need.NOTHING;
        }
    }
}
