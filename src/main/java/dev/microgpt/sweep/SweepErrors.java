package dev.microgpt.sweep;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.util.Map;
import java.util.stream.Collectors;

/// The errors of calls about sweeps.
public final class SweepErrors {

    private SweepErrors() {}

    public static SessionException exists(String name) {
        return new SessionException(
                ErrorCode.EXISTS,
                "sweep '" + name + "' exists; choose another name, or delete it first",
                "name",
                name);
    }

    public static SessionException tooMany(long count, int max) {
        return new SessionException(
                ErrorCode.QUOTA_EXCEEDED,
                "there are "
                        + count
                        + " sweeps, and at most "
                        + max
                        + " are allowed; delete one first");
    }

    static SessionException invalidName(String name, int maxLength) {
        return new SessionException(
                ErrorCode.INVALID_NAME,
                "the name of a sweep must have 1 to "
                        + maxLength
                        + " characters a-z, 0-9 or '-' and must not begin with '-', but it is '"
                        + name
                        + "'",
                "name",
                name);
    }

    static SessionException notFound(String name) {
        return new SessionException(
                ErrorCode.NOT_FOUND, "there is no sweep '" + name + "'", "name", name);
    }

    /// Returns an error of one trial, whose message names its varied options.
    static SessionException ofTrial(Trial trial, SessionException e) {
        return new SessionException(
                e.code(),
                describe(trial.number(), trial.varied()) + ": " + e.getMessage(),
                e.field(),
                e.value(),
                e.min(),
                e.max());
    }

    /// Describes a trial in a message.
    ///
    /// @param varied the values of the varied options by name
    public static String describe(int number, Map<String, ?> varied) {
        return varied.entrySet().stream()
                .map(option -> option.getKey() + " " + option.getValue())
                .collect(Collectors.joining(", ", "trial " + number + " (", ")"));
    }
}
