package dev.microgpt.session;

/// Why a session cannot do what it is asked to.
final class Refusals {

    private Refusals() {}

    /// @throws SessionException `not_loaded`
    static void requireLoaded(SessionView view) {
        if (view.state() == SessionState.CREATED) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '%s' has no documents yet: load some first".formatted(view.name()));
        }
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    static void requireUsable(SessionView view) {
        requireLoaded(view);
        if (view.state() == SessionState.FAILED) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    ("session '%s' has failed at step %d; init with ?overwrite=true and a lower"
                                    + " learningRate starts it anew")
                            .formatted(view.name(), view.step()));
        }
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    static void requireTrainable(SessionView view) {
        requireUsable(view);
        Integer documents = view.numDocs();
        if (documents != null && documents == 0) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '%s' was restored without documents, and can only be asked"
                            .formatted(view.name()));
        }
    }
}
