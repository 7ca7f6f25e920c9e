/// The requests, replies and problems that REST and the live stream share, as JSON.
///
/// Records here translate: from what a client sends to what [dev.microgpt.session] takes, and back. Of
/// sessions, nothing is sent as it is but the words of enums; of the engine, the numbers that a library's user
/// gets too, such as [dev.microgpt.engine.Trace] and [dev.microgpt.engine.Score].
@NullMarked
package dev.microgpt.wire;

import org.jspecify.annotations.NullMarked;
