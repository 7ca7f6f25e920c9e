package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.microgpt.session.Session;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A page of sessions, in the order of their names.
public record SessionsReply(
        List<SessionReply> sessions,
        @Schema(description = "pass it as ?cursor for the next page; null on the last one")
                @JsonInclude(JsonInclude.Include.ALWAYS)
                @Nullable String nextCursor) {

    /// @param found one more than `limit`, where there are so many
    public static SessionsReply of(List<Session> found, int limit) {
        List<SessionReply> page =
                found.stream()
                        .limit(limit)
                        .map(session -> SessionReply.of(session.published().view()))
                        .toList();
        return new SessionsReply(page, found.size() > limit ? page.getLast().name() : null);
    }
}
