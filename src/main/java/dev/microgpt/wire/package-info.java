/// The requests, replies and problems that REST and the live stream share, as JSON.
///
/// Records here translate: from what a client sends to what [dev.microgpt.session] takes, and back.
@NullMarked
package dev.microgpt.wire;

import org.jspecify.annotations.NullMarked;
