// Loads losses for a LossStore: the newest steps one by one, so that averages over them are exact, and those before in
// buckets.

import { api } from './api.js';
import { EXACT_STEPS, bucketsOf } from './loss-store.js';

/** Loads the losses after step `after`, 0 for all; returns what LossStore.add takes. */
export async function loadLosses(name, after, maxPoints, exactSteps = EXACT_STEPS) {
  const { from, to, buckets } = await api.losses(name, { from: after === 0 ? undefined : after + 1, maxPoints });
  if (buckets.length === to - from + 1) {
    return { buckets }; // each is one step
  }
  const exactFrom = Math.max(from, to - exactSteps + 1);
  const { losses } = await api.losses(name, { from: exactFrom, to });
  const older = buckets.filter((bucket) => bucket.from < exactFrom)
    .map((bucket) => ({ ...bucket, to: Math.min(bucket.to, exactFrom - 1) }));
  return { buckets: [...older, ...bucketsOf(exactFrom, losses)] };
}
