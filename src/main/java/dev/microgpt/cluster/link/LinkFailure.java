package dev.microgpt.cluster.link;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Objects;

/// A failure at another node, which is to reach the client as if it had happened at its own.
record LinkFailure(
        ErrorCode code,
        String detail,
        @Nullable String field,
        @Nullable Object value,
        @Nullable Number min,
        @Nullable Number max) {

    static LinkFailure of(Throwable failure) {
        Problem problem = Problems.of(failure);
        return new LinkFailure(
                ErrorCode.valueOf(problem.getCode().toUpperCase(Locale.ROOT)),
                Objects.requireNonNull(problem.getDetail()),
                problem.getField(),
                problem.getValue(),
                problem.getMin(),
                problem.getMax());
    }

    SessionException toException() {
        return new SessionException(code, detail, field, value, min, max);
    }
}
