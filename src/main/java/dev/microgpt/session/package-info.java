/// Named model sessions: who may do what to a model when, and within which limits.
///
/// [dev.microgpt.session.SessionService] is the way in. Each [dev.microgpt.session.Session] has its
/// own lane on the threads of [dev.microgpt.session.compute.Compute], which makes it single-writer without
/// locks: whatever touches a model runs there, a slice at a time. This package knows the engine and
/// nothing of HTTP, WebSocket or JSON.
@NullMarked
package dev.microgpt.session;

import org.jspecify.annotations.NullMarked;
