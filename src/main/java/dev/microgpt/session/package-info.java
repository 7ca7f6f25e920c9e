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
/// An actor is the single writer of its session and takes no locks: all code that touches its model runs
/// in the actor's slices. Only a new model is made on the thread of the caller, before the actor gets it. These packages use the engine and know nothing of HTTP, WebSocket or JSON.
@NullMarked
package dev.microgpt.session;

import org.jspecify.annotations.NullMarked;
