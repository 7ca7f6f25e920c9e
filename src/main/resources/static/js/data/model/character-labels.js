// Labels of single characters in charts and tables.

/** A visible label: a space as ␣, an invisible character by its code point. */
export function labelOf(character) {
  if (character === ' ') {
    return '␣';
  }
  return /^[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? character
    : `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The labels of what the model reads at each position of a text: BOS, then the characters. */
export function inputLabels(text, positions) {
  return ['BOS', ...Array.from(text, labelOf)].slice(0, positions);
}
