package dev.microgpt.session.actor;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.Tokenization;
import dev.microgpt.engine.Tokenizer;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Plural;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.TrainingFailure;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionStore;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.StopWhen;

import org.jspecify.annotations.Nullable;

/// Checks the preconditions of commands on the state of a session.
public final class Preconditions {

    private Preconditions() {}

    /// Checks, before the first slice of a command, that the caller may see the session, which may have been replaced while
    /// the command waited, that the caller accepts its version, and that the store has room.
    ///
    /// @throws SessionException `unauthorized`, `stale`, `storage_full`, or `busy` if too many writes are waiting
    static void requireAdmission(Envelope<?> envelope, PublishedState state, SessionStore store) {
        envelope.context().caller().requireShown(state.epoch());
        VersionCondition condition = envelope.context().condition();
        if (!condition.acceptsAny()) {
            condition.require(state.version());
        }
        if (envelope.command().needsRoom()) {
            store.requireRoom();
        }
    }

    /// Checks that documents or a checkpoint have been loaded.
    ///
    /// @throws SessionException `not_loaded`
    public static void requireLoaded(SessionView view) {
        if (view.state() == SessionState.CREATED) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '" + view.name() + "' has no documents yet; load some first");
        }
    }

    /// Checks that documents have the tokens that a session's options demand: these may have been replaced while
    /// the tokens were made.
    ///
    /// @throws SessionException `busy`
    static void requireTokens(Tokenization tokenization, ModelOptions options) {
        if (!tokenization.isSame(options.tokenization())) {
            throw new SessionException(
                    ErrorCode.BUSY, "the session was replaced during the call; repeat it");
        }
    }

    /// Checks that a session has the tokens that documents were prepared for: it may have been replaced, or got more
    /// tokens, while these were made.
    ///
    /// @throws SessionException `busy`
    static void requireTokens(Tokenizer expected, Tokenizer present) {
        if (!expected.equals(present)) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the tokens of the session were replaced during the call; repeat it");
        }
    }

    /// Checks that the session can continue with other documents.
    ///
    /// @throws SessionException `not_loaded` or `wrong_state`
    /// @throws InvalidInputException if it has done so too often
    public static void requireContinuable(SessionView view) {
        requireUsable(view);
        if (view.continuations() == Timeline.MAX_CONTINUATIONS) {
            throw InvalidInputException.outOfRange(
                    "continue",
                    view.continuations() + 1,
                    0,
                    Timeline.MAX_CONTINUATIONS,
                    "session '"
                            + view.name()
                            + "' has continued with other documents "
                            + Plural.of(view.continuations(), "time")
                            + ", which is the maximum, as it keeps all of them; to continue, restore its"
                            + " checkpoint as another session");
        }
    }

    /// Checks that the session is loaded and has not failed.
    ///
    /// @throws SessionException `not_loaded` or `wrong_state`
    public static void requireUsable(SessionView view) {
        requireLoaded(view);
        TrainingFailure failure = view.failure();
        if (view.state() == SessionState.FAILED) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    "session '"
                            + view.name()
                            + "' has failed at step "
                            + (failure == null ? view.step() : failure.step())
                            + (failure == null ? "" : ": " + failure.reason())
                            + "; earlier steps can still be queried and forked, and init with"
                            + " overwrite and a lower learningRate replaces the session");
        }
    }

    /// Checks that the session is usable and has documents to train on.
    ///
    /// @throws SessionException `not_loaded` or `wrong_state`
    public static void requireTrainable(SessionView view) {
        requireUsable(view);
        requireDocuments(view);
    }

    /// Checks that no step call has begun to train.
    ///
    /// @throws SessionException `busy` if one has
    static void requireNoStepCall(ActiveSession session) {
        if (session.isInStepCall()) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "a step call of this session is in progress: wait until it ends");
        }
    }

    /// Checks that documents are held out if a condition needs them.
    ///
    /// @param stopWhen null for no condition
    /// @throws InvalidInputException if there are none
    static void requireValidation(ModelOptions options, @Nullable StopWhen stopWhen) {
        if (stopWhen != null && stopWhen.needsValidation() && !options.heldOut().isActive()) {
            throw InvalidInputException.outOfRange(
                    "stopWhen",
                    null,
                    null,
                    null,
                    "no documents are held out, so there is no validation loss: create the session with"
                            + " validation to stop a run by it");
        }
    }

    /// Checks that a model had documents: it may have been restored without, and have got some later.
    ///
    /// @throws SessionException `not_loaded`
    public static void requireDocuments(ModelState state) {
        if (state.documents().corpus().size() == 0) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "the model of step " + state.step() + " was restored without documents");
        }
    }

    /// @throws SessionException `not_loaded`
    public static void requireDocuments(SessionView view) {
        requireLoaded(view);
        Integer documents = view.numDocs();
        if (documents != null && documents == 0) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '"
                            + view.name()
                            + "' was restored without documents: it can be queried, but not trained");
        }
    }

    /// Checks that loading documents would lose no steps, or that they may be lost.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public static void requireLoadable(SessionView view, boolean overwrite) {
        if (view.step() > 0 && !overwrite) {
            throw new SessionException(
                    ErrorCode.ALREADY_TRAINED,
                    "session '"
                            + view.name()
                            + "' has trained "
                            + Plural.of(view.step(), "step")
                            + ", which loading would lose; set overwrite to load anyway");
        }
    }
}
