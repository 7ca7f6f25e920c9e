// How characters are written where they stand alone.

/** A visible form: a space as ␣, what has no look of its own by its number. */
export function visible(character) {
  if (character === ' ') {
    return '␣';
  }
  return /^[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? character
    : `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** What a model reads at each position of a text: the token that marks the beginning, then the characters. */
export function readAt(text, positions) {
  return ['BOS', ...Array.from(text, visible)].slice(0, positions);
}
