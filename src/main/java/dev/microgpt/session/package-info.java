/// Named model sessions: who may do what to a model when, and within which limits.
///
/// [dev.microgpt.session.SessionService] is the way in; a [dev.microgpt.session.Session] sends commands to
/// its actor and waits for the replies. Below, from the top to the bottom, each package knows those under
/// it and none above:
///
/// ```
/// session        the way in, eviction, the demonstration, data sets
///   actor        mailbox, commands, handlers, state; store -> publish -> answer
///     query        questions to models, now or as of a step
///     persistence  the port behind which sessions are stored
///     run          background training jobs and their states
///     history      events, phases, samples, keyframes, replay
///     compute      the threads, and whose turn it is
///     admission    callers, limits, memory, quotas, refusals
/// ```
///
/// An actor is single-writer without locks: whatever touches a model runs in its slices. This package knows
/// the engine and nothing of HTTP, WebSocket or JSON.
@NullMarked
package dev.microgpt.session;

import org.jspecify.annotations.NullMarked;
