/// The actor of a session: its mailbox, its state, and the path of a command from the mailbox through its
/// handler to the store, the published state and the reply.
///
/// Who holds what:
///
/// - [dev.microgpt.session.Session] is the handle that callers have; it outlives eviction.
/// - [SessionActor] has the mailbox and runs one slice at a time.
/// - [Residency] decides whether the session is in memory: it rehydrates, evicts and replaces it.
/// - [ActiveSession] is the session in memory: the model, its history and runs.
/// - [Envelope] is a command with its caller and its reply; [ActiveCommand] is one that takes several slices.
/// - [Journal] appends changes to the store and writes snapshots; [CommitStage] waits for them.
/// - [Publisher] has the state that anyone may read, and the listeners.
@NullMarked
package dev.microgpt.session.actor;

import org.jspecify.annotations.NullMarked;
