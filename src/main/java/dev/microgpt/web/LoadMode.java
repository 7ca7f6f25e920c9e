package dev.microgpt.web;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;

import jakarta.servlet.http.HttpServletRequest;

/// What a load does with the model that a session has, as the query of the call demands.
///
/// @param overwrite whether trained steps may be lost
/// @param continues whether the model stays
/// @param grow whether a model that stays gets tokens for new characters
record LoadMode(boolean overwrite, boolean continues, boolean grow) {

    /// @throws InvalidInputException if the parameters contradict each other
    static LoadMode of(HttpServletRequest request) {
        LoadMode mode =
                new LoadMode(
                        QueryParameters.isTrue(request, "overwrite"),
                        QueryParameters.isTrue(request, "continue"),
                        QueryParameters.isTrue(request, "grow"));
        if (mode.grow && !mode.continues) {
            throw contradiction(
                    "grow",
                    "grow=true needs continue=true: without it, the model is new and has tokens for all"
                            + " characters anyway");
        }
        if (mode.overwrite && mode.continues) {
            throw contradiction(
                    "overwrite",
                    "overwrite=true and continue=true exclude each other: one starts again, the other"
                            + " loses no steps");
        }
        return mode;
    }

    private static InvalidInputException contradiction(String field, String message) {
        return InvalidInputException.outOfRange(field, true, null, null, message);
    }

    void requirePossible(Session session) {
        if (continues) {
            session.loading().requireContinuable();
        } else {
            session.loading().requireLoadable(overwrite);
        }
    }

    PublishedState load(Session session, CallContext call, Corpus corpus) {
        return continues
                ? session.loading().continueWith(call, corpus, grow)
                : session.loading().load(call, corpus, overwrite);
    }
}
