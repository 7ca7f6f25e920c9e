package dev.microgpt.web;

import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.PastStep;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/// Builds the replies to calls that read a model as of a step.
final class AsOfReply {

    static final String STEP_HEADER = "Microgpt-Step";

    private AsOfReply() {}

    /// Returns a reply with the body and, if the call names a step, a header with the step that was used.
    static <T> ResponseEntity<T> of(@Nullable PastStep step, AsOf<?> result, T body) {
        ResponseEntity.BodyBuilder reply = ResponseEntity.ok();
        if (step != null) {
            reply.header(STEP_HEADER, String.valueOf(result.step()));
        }
        return reply.body(body);
    }
}
