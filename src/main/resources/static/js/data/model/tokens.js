// The tokens of a trace as visible characters.

/** The symbol of the token that begins and ends every document. */
export const BOS = '◆';

const INVISIBLE = new Map([[' ', '␣'], ['\t', '⇥'], ['\u00a0', '⍽'], ['\u200b', '∅'], ['\u3000', '␣']]);
const HARD_TO_SEE = /[\p{Cc}\p{Cf}\p{Zs}]/u;

/** A visible form of a character. */
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

/** A character as quoted in a sentence. */
export function inWords(char) {
  return char === BOS ? BOS : `“${visible(char)}”`;
}

/**
 * The token read at each position and the one that follows, as visible characters. The end of the document is
 * followed by BOS.
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
    // the response of inspect omits the token after the last position
    nextId: t + 1 < tokens.length ? tokens[t + 1] : t < chars.length ? null : bos,
  }));
}
