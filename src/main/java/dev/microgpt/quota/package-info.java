/// How much each caller may have: what is counted, and what is refused. Knows nothing of sessions.
@NullMarked
package dev.microgpt.quota;

import org.jspecify.annotations.NullMarked;
