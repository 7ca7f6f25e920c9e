package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.SessionId;

/// The ownership under which a process has read or created a session. Each write of the session carries it, and is
/// refused if the session has had another owner since, even if that was this process itself.
///
/// @param token the number of times that the session had got an owner by then, see [PartitionStore]
public record Holding(SessionId id, long token) {}
