package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.microgpt.session.Session;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A page of sessions, sorted by name.
public record SessionsReply(
        List<SessionReply> sessions,
        @Schema(description = "Pass it as cursor for the next page; null on the last one")
                @JsonInclude(JsonInclude.Include.ALWAYS)
                @Nullable String nextCursor) {

    /// Returns a page of at most `limit` sessions.
    ///
    /// @param found up to `limit + 1` sessions; one more than `limit` means that there is another page
    public static SessionsReply of(List<Session> found, int limit) {
        List<SessionReply> page =
                found.stream()
                        .limit(limit)
                        .map(session -> SessionReply.of(session.published().view()))
                        .toList();
        return new SessionsReply(page, found.size() > limit ? page.getLast().name() : null);
    }
}
