/// The live stream: a WebSocket over which a page drives sessions, as it would drive a Web Worker that runs
/// microgptjs, and watches any of them train. Server-Sent Events offer watching alone.
///
/// ```
/// in    LiveEndpoint -> MessageHandler -> MessageQueue -> SessionRouter -> SessionHost   (messages, in order)
///       LocalHost -> MessageExecutor, TrainTask                                          (for this process)
/// out   Pump -> Connection -> Outbox or Watch, then ClientSocket       (WebSocket)
///       Pump -> EventStream -> Watch                                   (Server-Sent Events)
/// ```
///
/// A message in: [LiveEndpoint] assembles its parts, [MessageHandler] parses it, [MessageQueue] keeps the order of
/// messages about one session, and [SessionRouter] passes it to the [SessionHost] that has the session: [LocalHost],
/// unless there is a cluster. Its answer goes into the [Outbox].
///
/// A frame out: a session that has changed wakes the [Pump] of each connection that watches it. When the
/// connection can take a message, it sends the next answer from the outbox or, if there is none, a frame of the
/// [Watch] that has been due the longest. The pump runs on a thread of [LiveThreads#writers]. A [FollowingWatch]
/// watches a session wherever it moves; in this process, a [Subscription] makes the frames.
///
/// Training never waits for a reader: frames are not queued, but made from the session's history when the
/// connection can take one. No connection has a thread of its own: they share those of [LiveThreads].
@NullMarked
package dev.microgpt.live;

import org.jspecify.annotations.NullMarked;
