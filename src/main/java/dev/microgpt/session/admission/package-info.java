/// Admission control: callers and the context of their calls, limits, memory, quotas, and the errors of
/// rejected calls.
@NullMarked
package dev.microgpt.session.admission;

import org.jspecify.annotations.NullMarked;
