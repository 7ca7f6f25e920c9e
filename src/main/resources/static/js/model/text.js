// The tokens of a trace, as a reader sees them.

/** How the token that begins and ends every document is shown. */
export const BOS = '◆';

const INVISIBLE = new Map([[' ', '␣'], ['\t', '⇥'], ['\u00a0', '⍽'], ['\u200b', '∅'], ['\u3000', '␣']]);
const HARD_TO_SEE = /[\p{Cc}\p{Cf}\p{Zs}]/u;

/** A character so that it can be seen. */
export function visible(char) {
  const sign = INVISIBLE.get(char);
  if (sign !== undefined) {
    return sign;
  }
  if (HARD_TO_SEE.test(char)) {
    return `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return /\p{M}/u.test(char) ? `◌${char}` : char;
}

/** A character in a sentence. */
export function inWords(char) {
  return char === BOS ? BOS : `“${visible(char)}”`;
}

/**
 * What is read at each position, and what comes next there, as visible characters. A position where the
 * document ends is followed by BOS.
 */
export function positionsOf({ doc, tokens, vizData }) {
  const chars = [...doc];
  const n = vizData.length;
  const bos = tokens[0];
  return Array.from({ length: n }, (_, t) => ({
    t,
    read: t === 0 ? BOS : visible(chars[t - 1]),
    readId: tokens[t],
    next: t < chars.length ? visible(chars[t]) : BOS,
    // the reply of inspect leaves out the token after the last position
    nextId: t + 1 < tokens.length ? tokens[t + 1] : t < chars.length ? null : bos,
  }));
}
