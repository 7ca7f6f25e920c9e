/// Messages and watches of the live stream for sessions of other nodes.
///
/// ```
/// the client's node                           the session's node
/// ClusterHosts -> NodeLink  -- LinkMessage --> LinkEndpoint -> LinkServer -> SessionHost
/// ```
///
/// A node opens one connection to each node whose sessions its clients use, over the private port. The client's node
/// parses and orders messages, counts them, and knows what its clients watch; the session's node carries messages out
/// and makes frames, as for clients of its own. It makes the next frame of a watch when the client's connection has
/// taken the previous one, so that a slow client gets fewer frames with more steps.
@NullMarked
package dev.microgpt.cluster.link;

import org.jspecify.annotations.NullMarked;
