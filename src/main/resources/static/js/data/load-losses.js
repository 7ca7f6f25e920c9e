// Loads losses for a LossStore: the newest steps one by one, so that averages over them are exact, and those before in
// buckets.

import { api } from './api.js';
import { EXACT_STEPS, bucketsOf } from './loss-store.js';

/**
 * Loads the losses after step `after`, 0 for all, up to step `end`, undefined for the newest; returns what LossStore.add
 * takes.
 */
export async function loadLosses(name, after, maxPoints, { exactSteps = EXACT_STEPS, end, signal } = {}) {
  const { from, to, buckets } = await api.losses(name, { from: after === 0 ? undefined : after + 1, to: end, maxPoints }, signal);
  if (buckets.length === to - from + 1) {
    return { buckets }; // each is one step
  }
  const exactFrom = Math.max(from, to - exactSteps + 1);
  // asked for again, so that the last bucket ends where the single steps begin
  const [older, { losses }] = await Promise.all([
    exactFrom === from ? { buckets: [] } : api.losses(name, { from, to: exactFrom - 1, maxPoints }, signal),
    api.losses(name, { from: exactFrom, to }, signal)]);
  return { buckets: [...older.buckets, ...bucketsOf(exactFrom, losses)] };
}
