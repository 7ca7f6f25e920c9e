/// The live stream: a WebSocket on which a page drives sessions as it would drive a Web Worker that
/// runs microgptjs, and watches any of them train.
///
/// ```
/// in    LiveEndpoint -> MessageHandler -> MessageQueue -> MessageExecutor, TrainTask   (messages, in order)
/// out   Outbox, Subscription -> Pump -> Connection -> ClientSocket            (WebSocket)
///               Subscription -> Pump -> EventStream                           (Server-Sent Events)
/// ```
///
/// Training never waits for a reader: what is to be sent to a watcher is read from the session's
/// history when the connection has room for it. No connection has a thread of its own: [LiveThreads] has
/// all that there are.
@NullMarked
package dev.microgpt.live;

import org.jspecify.annotations.NullMarked;
