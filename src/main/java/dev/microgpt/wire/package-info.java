/// The requests, replies and problems that REST and the live stream share, as JSON.
///
/// The records translate what clients send to the types of [dev.microgpt.session], and back. No type of a
/// session is sent as it is, except for the names of enums; from the engine, only results that are public
/// anyway, such as [dev.microgpt.engine.Trace] and [dev.microgpt.engine.Score].
@NullMarked
package dev.microgpt.wire;

import org.jspecify.annotations.NullMarked;
