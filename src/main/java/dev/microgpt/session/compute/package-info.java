/// The compute threads and their fair scheduling among owners and sessions.
@NullMarked
package dev.microgpt.session.compute;

import org.jspecify.annotations.NullMarked;
