/// The live stream: a WebSocket on which a page drives sessions as it would drive a Web Worker that
/// runs microgptjs, and watches any of them train.
///
/// Training never waits for a reader: what is to be sent to a watcher is read from the session's
/// history when the connection has room for it.
@NullMarked
package dev.microgpt.live;

import org.jspecify.annotations.NullMarked;
