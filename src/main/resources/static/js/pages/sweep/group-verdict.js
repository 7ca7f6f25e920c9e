// What the groups of a sweep say: which options are best, and whether that may be chance.

import { number } from '../../data/format.js';
import { ranked } from '../../data/loss-verdict.js';
import { variedInWords } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';

const t = await texts('sweep');

/** The groups, best first, with `difference` to the first and a `verdict`, see `ranked`. */
export function rankedGroups(groups) {
  return ranked(groups.map((group) => ({ ...group, error: group.standardError ?? null })));
}

/** The options of a group in words; a sweep may vary nothing but seeds. */
export function groupName({ options }) {
  return variedInWords(options) || t('groups.allSeeds');
}

/** What a ranking says, in a sentence. */
export function groupsInWords(ranking) {
  const [group, ...others] = ranking;
  const best = capitalized(groupName(group));
  const [second] = others;
  if (second === undefined) {
    return t('groups.only', { best });
  }
  const near = others.filter(({ verdict }) => verdict !== 'higher');
  if (near.length === 0) {
    return t('groups.best', { best, difference: number(second.difference, 2), errors: number(second.errors, 2) });
  }
  if (near.some(({ verdict }) => verdict === 'unknown')) {
    return t('groups.oneSeed', { best });
  }
  return t(near.every(({ verdict }) => verdict === 'equal') ? 'groups.equal' : 'groups.unsure', { best, others: near.length, other: groupName(near[0]) });
}

function capitalized(words) {
  return words[0].toUpperCase() + words.slice(1);
}
