// Which of several means of losses is the lowest, and whether that may be chance.

import { listed } from './format.js';
import { texts } from './texts.js';

const t = await texts('common');

const FEWEST = 10; // numbers that a standard error is estimated from
const SURE = 3; // standard errors that are hardly chance, even among six sessions

/**
 * The mean loss of the newest steps with its standard error, {mean, error, steps}; null if it is not finite. The error is
 * null if there are too few numbers.
 *
 * @param buckets the losses as finely as they are known; the numbers of wide buckets are weighted by their steps
 * @param steps the number of steps, of which there may be fewer
 */
export function meanWithError(buckets, steps) {
  const to = buckets.at(-1)?.to ?? 0;
  const from = to - steps + 1;
  const parts = buckets.filter((bucket) => bucket.to >= from)
    .map((bucket) => ({ mean: bucket.mean, weight: bucket.to - Math.max(bucket.from, from) + 1 }));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const mean = parts.reduce((sum, part) => sum + part.weight * part.mean, 0) / total;
  if (!Number.isFinite(mean)) {
    return null;
  }
  const squares = parts.reduce((sum, part) => sum + (part.weight * (part.mean - mean)) ** 2, 0);
  const error = parts.length < FEWEST ? null : Math.sqrt(squares * parts.length / (parts.length - 1)) / total;
  return { mean, error, steps: total };
}

/**
 * Sessions, {mean, error, …}, from the lowest mean loss to the highest, each with `difference` to the first, `errors`, how
 * many standard errors of the difference that is, and a verdict: `best` for the first, `equal` within one standard error,
 * `unsure` if it may be chance, `higher`, or `unknown` without an error.
 */
export function ranked(sessions) {
  const sorted = sessions.toSorted((a, b) => a.mean - b.mean);
  const [best] = sorted;
  return sorted.map((session) => {
    const difference = session.mean - best.mean;
    const error = session.error === null || best.error === null ? null : Math.hypot(session.error, best.error);
    const errors = error === null ? null : difference === 0 ? 0 : difference / error;
    const verdict = session === best ? 'best' : errors === null ? 'unknown' : errors <= 1 ? 'equal' : errors < SURE ? 'unsure' : 'higher';
    return { ...session, difference, errors, verdict };
  });
}

/**
 * What a ranking of at least two sessions says, in a sentence. It names the steps that the sessions, {name, step, …}, have
 * been trained for if they differ: more training may be all that makes one better.
 */
export function verdictInWords(ranking, span) {
  const haveSameSteps = ranking.every(({ step }) => step === ranking[0].step);
  const named = (...verdicts) => ranking.filter(({ verdict }) => verdicts.includes(verdict))
    .map(({ name, step }) => haveSameSteps ? name : t('verdict.atStep', { name, step }));
  const [best] = named('best');
  const equal = named('equal');
  const doubtful = named('unsure', 'unknown');
  if (equal.length === ranking.length - 1) {
    return t('verdict.allEqual', { haveSameSteps, names: listed([best, ...equal]), span });
  }
  if (doubtful.length > 0) {
    return t('verdict.unsure', { best, others: listed([...equal, ...doubtful]), span });
  }
  return equal.length > 0 ? t('verdict.someEqual', { names: listed([best, ...equal]), span })
    : t('verdict.best', { best, haveSameSteps, others: listed(named('higher')), sessions: ranking.length, span });
}
