/// Sweeps: many sessions that are trained with different options and ranked by their validation losses.
///
/// A sweep uses sessions as any caller does; sessions know nothing of sweeps.
///
/// - [SweepService] is the entry point; it returns a [SweepView], with the trials in the order of their ranks.
/// - [Sweep] is a sweep at one moment: its [SweepPlan], its state, and the [TrialStatus] of each [Trial]. Immutable.
/// - [SweepDriver] has the thread that advances each [ActiveSweep], a [SweepStep] at a time.
/// - [TrialSessions] is what a step may do with sessions; [SessionTrials] does it.
/// - [SweepStore] is the interface to the store.
@NullMarked
package dev.microgpt.sweep;

import org.jspecify.annotations.NullMarked;
