// Says in words what an attention head does, from the shares of its attention that GET heads measures.

import { texts } from '../texts.js';

const t = await texts('common');

const LEAST = 0.1; // share that is named
const NOTABLE = 0.15; // share above that of even attention that is named
const EVEN = 0.97; // of the entropy of even attention

/** The shares that do not overlap, and together are 1: [name, words]. */
export const PARTS = ['previous', 'first', 'itself', 'earlier'].map((name) => [name, t(`heads.parts.${name}`)]);

const KINDS = ['sameCharacter', 'vowels', 'consonants'];

/** 0.617 -> 62% */
export const percent = (share) => t('percent', { number: Math.round(100 * share) });

/** The shares of PARTS by name. */
export function partsOf({ previous, first, itself }) {
  return { previous, first, itself, earlier: Math.max(0, 1 - previous - first - itself) };
}

/**
 * For example “62% on the previous character, 21% on the first position; 58% on vowels (38% if it attended evenly)”.
 *
 * @param attention the shares of the head
 * @param even those of a head that attends to all positions equally
 */
export function headInWords(attention, even) {
  const shares = partsOf(attention);
  const parts = PARTS.toSorted(([a], [b]) => shares[b] - shares[a]).filter(([name]) => shares[name] >= LEAST)
    .map(([name, words]) => t('heads.part', { share: percent(shares[name]), words }));
  const kinds = KINDS.filter((name) => attention[name] > even[name] + NOTABLE)
    .map((name) => t('heads.kind', { share: percent(attention[name]), words: t(`heads.kinds.${name}`), even: percent(even[name]) }));
  const words = [parts.join(', '), ...kinds].join('; ');
  return attention.entropy > EVEN * even.entropy ? t('heads.even', { words }) : words;
}
