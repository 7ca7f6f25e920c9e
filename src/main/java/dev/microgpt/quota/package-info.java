/// Quotas and rate limits of callers. Does not depend on sessions.
@NullMarked
package dev.microgpt.quota;

import org.jspecify.annotations.NullMarked;
