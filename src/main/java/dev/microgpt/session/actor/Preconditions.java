package dev.microgpt.session.actor;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.TrainingFailure;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

/// What a session must be like for a command to be carried out.
public final class Preconditions {

    private Preconditions() {}

    /// @throws SessionException `not_loaded`
    public static void requireLoaded(SessionView view) {
        if (view.state() == SessionState.CREATED) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '" + view.name() + "' has no documents yet: load some first");
        }
    }

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
                            + "; init with overwrite and a lower learningRate starts it again, and"
                            + " it can be asked and forked as of an earlier step");
        }
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    public static void requireTrainable(SessionView view) {
        requireUsable(view);
        requireDocuments(view);
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
                            + "' was restored without documents, and can only be asked");
        }
    }

    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public static void requireLoadable(SessionView view, boolean overwrite) {
        if (view.step() > 0 && !overwrite) {
            throw new SessionException(
                    ErrorCode.ALREADY_TRAINED,
                    "session '"
                            + view.name()
                            + "' has trained "
                            + view.step()
                            + " steps, which loading would lose; overwrite starts it again");
        }
    }
}
