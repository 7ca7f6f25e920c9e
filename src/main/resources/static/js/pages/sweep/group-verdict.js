// What the groups of a sweep say: which options are best, and whether that may be chance.

import { number, plural } from '../../data/format.js';
import { ranked } from '../../data/loss-verdict.js';
import { variedInWords } from '../../data/varied-options.js';

/** The groups, best first, with `difference` to the first and a `verdict`, see `ranked`. */
export function rankedGroups(groups) {
  return ranked(groups.map((group) => ({ ...group, error: group.standardError ?? null })));
}

/** The options of a group in words; a sweep may vary nothing but seeds. */
export function groupName({ options }) {
  return variedInWords(options) || 'all seeds';
}

/** What a ranking says, in a sentence. */
export function groupsInWords(ranking) {
  const [best, ...others] = ranking;
  if (others.length === 0) {
    return `${capitalized(groupName(best))}: the only one so far.`;
  }
  const near = others.filter(({ verdict }) => verdict !== 'higher');
  const [second] = others;
  if (near.length === 0) {
    return `${capitalized(groupName(best))} is best: its mean validation loss is lower than that of the next by `
      + `${number(second.difference, 2)}, which is ${number(second.errors, 2)} standard errors of the difference.`;
  }
  if (near.some(({ verdict }) => verdict === 'unknown')) {
    return `${capitalized(groupName(best))} has the lowest validation loss, but with one seed each that may be chance.`;
  }
  const equal = near.filter(({ verdict }) => verdict === 'equal');
  const words = near.length === 1 ? groupName(near[0]) : plural(near.length, 'other');
  return equal.length === near.length
    ? `${capitalized(groupName(best))} has the lowest mean validation loss; ${words} ${near.length === 1 ? 'is' : 'are'} practically equal, within the standard error of the difference.`
    : `${capitalized(groupName(best))} has the lowest mean validation loss, but compared with ${words} that may be chance.`;
}

function capitalized(words) {
  return words[0].toUpperCase() + words.slice(1);
}
