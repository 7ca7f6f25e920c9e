/// Sweeps: many sessions that are trained with different options and ranked by their validation losses.
///
/// A sweep uses sessions as any caller does; sessions know nothing of sweeps.
@NullMarked
package dev.microgpt.sweep;

import org.jspecify.annotations.NullMarked;
