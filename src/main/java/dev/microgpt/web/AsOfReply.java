package dev.microgpt.web;

import dev.microgpt.session.query.AsOf;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/// Replies of calls that can be asked as of a step.
final class AsOfReply {

    static final String STEP_HEADER = "Microgpt-Step";

    private AsOfReply() {}

    /// Says which keyframe answered, if a step was asked for.
    static <T> ResponseEntity<T> of(@Nullable Long step, AsOf<?> answer, T body) {
        ResponseEntity.BodyBuilder reply = ResponseEntity.ok();
        if (step != null) {
            reply.header(STEP_HEADER, String.valueOf(answer.step()));
        }
        return reply.body(body);
    }
}
