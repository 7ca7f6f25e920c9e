/// What a call may do, and why it is refused: callers and their calls, limits, memory, quotas.
@NullMarked
package dev.microgpt.session.admission;

import org.jspecify.annotations.NullMarked;
