/// Named sessions, each of which holds one model and trains it.
///
/// Callers enter through [dev.microgpt.session.SessionService], which returns a
/// [dev.microgpt.session.Session]. Every session has one actor with a mailbox. A call becomes a command that
/// is sent to the actor, and the calling thread waits for the reply. A step call goes this way:
///
/// ```
/// SessionService.get -> Session.step
///   -> SessionActor.send            Mailbox: a bounded queue of commands
///   -> Compute                      schedules slices of about 2 ms, fairly among the owners
///   -> SessionActor.slice           rehydrates the session, checks preconditions
///   -> CommandHandlers, Trainer     run the engine: MicroGpt.advance, MicroGpt.trainStep
///   -> CommitStage                  persist the change -> publish the new state -> complete the reply
/// ```
///
/// Each package below may use those listed after it and none listed before it:
///
/// ```
/// session        the entry point, eviction, the demonstration, datasets
///   actor        mailbox, commands, handlers, state; persist -> publish -> reply
///     query        read-only queries of a model, current or as of a step
///     persistence  the interface to the store
///     run          background training jobs and their states
///     history      events, training schedule, text samples, keyframes, replay
///     compute      the compute threads and their scheduler
///     admission    callers, limits, memory, quotas, errors
/// ```
///
/// An actor is the single writer of its session and takes no locks: its model is touched only in the
/// actor's slices and, when a write has ended, by the actor's commit stage. The new model of an init or an
/// uploaded checkpoint is made on the caller's thread, that of a load in a slice, that of a fork in a task
/// outside the mailbox. These packages use the engine and know nothing of HTTP, WebSocket or JSON.
@NullMarked
package dev.microgpt.session;

import org.jspecify.annotations.NullMarked;
