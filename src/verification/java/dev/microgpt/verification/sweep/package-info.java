/// Checks and measures sweeps.
@NullMarked
package dev.microgpt.verification.sweep;

import org.jspecify.annotations.NullMarked;
