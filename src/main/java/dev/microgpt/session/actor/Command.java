package dev.microgpt.session.actor;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Tokenization;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.Generation;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.session.query.Query;
import dev.microgpt.session.query.TokenQueue;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

/// A request to a session's actor.
///
/// @param <R> the type of the reply
public sealed interface Command<R> {

    /// Returns whether the command waits in the training queue. Other commands are executed between two
    /// slices of training.
    default boolean isTraining() {
        return false;
    }

    /// Returns whether the command needs room in the store, as it changes what is stored.
    default boolean needsRoom() {
        return true;
    }

    /// Returns whether the current slice should end early for this command.
    default boolean isUrgent() {
        return false;
    }

    /// Returns whether the command succeeds even if its change can only be stored later.
    default boolean mayBeStoredLater() {
        return false;
    }

    /// Returns whether the session is no longer here after the command, so that those that wait will fail anyway.
    default boolean ends() {
        return false;
    }

    /// Returns how much of the session the command needs in memory.
    default Need need() {
        return Need.ALL;
    }

    /// Returns whether the command changes the session in memory before the change is stored.
    default boolean changesMemory() {
        return need() != Need.NOTHING;
    }

    /// How much of a session a command needs in memory.
    enum Need {
        /// The command works on an evicted session.
        NOTHING,
        /// The command needs the session, but also works if the stored session cannot be read.
        IF_READABLE,
        /// The command needs the session and fails if it cannot be read.
        ALL
    }

    /// Stores a session that has just been created.
    ///
    /// @param parent the session that it was forked from; null for none
    record Begin(@Nullable Holding parent) implements Command<PublishedState> {}

    /// Replaces the session's model, which begins a new epoch.
    ///
    /// @param kind where the model comes from; null for a model without documents
    /// @param past the history up to the model's step; null for none
    record Replace(MicroGpt model, SessionEvent.@Nullable Kind kind, @Nullable TimelineState past)
            implements Command<PublishedState> {

        @Override
        public boolean isUrgent() {
            return true;
        }

        @Override
        public Need need() {
            return Need.IF_READABLE;
        }
    }

    /// Loads documents, shuffles them and initializes new parameters, all from the session's seed.
    ///
    /// @param corpus the documents, in the tokens of the session's options
    /// @param tokenization the options that the tokens were made for
    /// @param overwrite whether trained steps may be lost
    record Load(Corpus corpus, Tokenization tokenization, boolean overwrite)
            implements Command<PublishedState> {

        /// Loads documents of characters.
        Load(Corpus characters, boolean overwrite) {
            this(characters, Tokenization.chars(), overwrite);
        }

        @Override
        public Need need() {
            return Need.IF_READABLE;
        }
    }

    /// Continues with other documents from the next step on.
    ///
    /// @param corpus the documents, in the tokens that the model has then
    /// @param former the tokens that the model must have before
    record Continue(Corpus corpus, Tokenizer former) implements Command<PublishedState> {}

    /// Changes the training options from the next step on.
    record Steer(OptionValues steering) implements Command<PublishedState> {}

    /// Trains some steps.
    ///
    /// @param epoch the epoch that the session must still be in; null for any
    record Train(StepCall call, @Nullable Long epoch) implements Command<StepOutcome> {

        @Override
        public boolean isTraining() {
            return true;
        }
    }

    /// Announces that step calls begin or end. The session is shown as training, even between step calls,
    /// until as many ends as beginnings have been announced.
    record AnnounceTraining(boolean begins) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Starts a background run.
    record StartRun(RunCall call) implements Command<RunView> {}

    /// Pauses a run, even when the storage is full.
    record PauseRun(long id) implements Command<RunView> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean isUrgent() {
            return true;
        }
    }

    /// Resumes a paused run.
    record ResumeRun(long id) implements Command<RunView> {}

    /// Cancels a run, even when the storage is full.
    record CancelRun(long id) implements Command<RunView> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean isUrgent() {
            return true;
        }
    }

    /// Resumes or pauses a run that was active when the process ended.
    record RestartRun(boolean continues) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean mayBeStoredLater() {
            return true;
        }
    }

    /// Generates texts with the session's random generator.
    record Draw(Generation generation) implements Command<AsOf<GeneratedTexts>> {}

    /// Generates the next of several texts with the session's random generator, character by character.
    record DrawNext(Generation generation, TokenQueue tokens) implements Command<AsOf<Sample>> {}

    /// Generates the next of several texts with the call's own random generator, character by character.
    record GenerateNext(Generation generation, TokenQueue tokens) implements Command<AsOf<Sample>> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Executes a read-only query.
    record Ask<R>(Query<R> query) implements Command<R> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Copies what a forked session needs to continue from a step of this one.
    ///
    /// @param step null for the current one
    record TakeForkPoint(@Nullable PastStep step) implements Command<ForkPoint> {

        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /// Writes a snapshot of the session and removes it from memory, if it is idle.
    ///
    /// @param unusedSince the session must not have been used since this time of the ticker
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

    /// Deletes the session. Needs no room in the store, as it frees some.
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
        public boolean ends() {
            return true;
        }

        @Override
        public Need need() {
            return Need.NOTHING;
        }
    }

    /// Removes the session from this process, so that another one can take it over.
    ///
    /// @param isStored whether to store all that the session has in memory before; false if it belongs to another
    ///     process already
    record HandOver(boolean isStored) implements Command<Boolean> {

        @Override
        public boolean needsRoom() {
            return false;
        }

        @Override
        public boolean isUrgent() {
            return true;
        }

        @Override
        public boolean ends() {
            return true;
        }

        @Override
        public Need need() {
            return Need.NOTHING;
        }
    }
}
