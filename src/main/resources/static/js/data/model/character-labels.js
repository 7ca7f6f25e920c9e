// Labels of tokens in charts and tables.

import { visible } from './tokens.js';

/** A visible label: a space as ␣, an invisible character by its code point. */
export function labelOf(character) {
  if ([...character].length > 1) {
    return visible(character);
  }
  if (character === ' ') {
    return '␣';
  }
  return /^[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? character
    : `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The labels of what the model reads at each position of a text: BOS, then the characters.
 *
 * @param symbolOf the visible text of a token's id, if a token is more than a character; null otherwise
 */
export function inputLabels(text, positions, tokens = [], symbolOf = null) {
  return ['BOS', ...(symbolOf === null ? Array.from(text, labelOf) : tokens.slice(1).map(symbolOf))].slice(0, positions);
}
