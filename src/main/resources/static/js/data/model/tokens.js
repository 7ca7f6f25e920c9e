// The tokens of a trace as visible characters.

import { textOfByte } from './merges.js';
import { texts } from '../texts.js';

const t = await texts('common');

/** The symbol of the token that begins and ends every document. */
export const BOS = '◆';

const INVISIBLE = new Map([[' ', '␣'], ['\t', '⇥'], ['\u00a0', '⍽'], ['\u200b', '∅'], ['\u3000', '␣']]);
const HARD_TO_SEE = /[\p{Cc}\p{Cf}\p{Zs}]/u;
const MARK = /\p{M}/u;

/** A visible form of a token's text: of a character, or of several. */
export function visible(text) {
  const chars = [...text];
  // the mark of a visible character needs no circle
  return chars.length === 1 ? visibleCharacter(text) : chars.map((char, i) => (i > 0 && MARK.test(char) ? char : visibleCharacter(char))).join('');
}

function visibleCharacter(char) {
  const sign = INVISIBLE.get(char);
  if (sign !== undefined) {
    return sign;
  }
  if (HARD_TO_SEE.test(char)) {
    return `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return MARK.test(char) ? `◌${char}` : char;
}

/** A text that fits into a small space: longer ones end with an ellipsis. */
export function clipped(text, most) {
  const chars = [...text];
  return chars.length > most ? `${chars.slice(0, most - 1).join('')}…` : text;
}

/** A label of one or two characters. */
export function tiny(symbol) {
  return symbol.length <= 2 ? symbol : /^U\+[0-9A-F]{4,6}$/.test(symbol) ? '·' : clipped(symbol, 2);
}

/** A token as quoted in a sentence. */
export function inWords(char) {
  return char === BOS ? BOS : t('quote', { text: visible(char) });
}

/** The text of each token, in the order of the ids, as GET /tokenizer describes them; the last one is BOS. */
export function textsOf({ alphabet, merges }) {
  return [...(alphabet ?? Array.from({ length: 256 }, (_, id) => textOfByte(id))), ...merges.map(({ text }) => text), '<BOS>'];
}

/**
 * The token read at each position and the one that follows, as visible characters. The end of the document is
 * followed by BOS.
 *
 * @param symbolOf the visible text of a token's id, if a token is more than a character; null otherwise
 */
export function positionsOf({ doc, tokens, vizData, truncated = false }, symbolOf = null) {
  if (symbolOf !== null) {
    return vizData.map((_, position) => {
      const nextId = tokens[position + 1] ?? (truncated ? null : tokens[0]);
      const next = nextId === null ? '…' : nextId === tokens[0] ? BOS : symbolOf(nextId);
      return { t: position, read: position === 0 ? BOS : symbolOf(tokens[position]), readId: tokens[position], next, nextId };
    });
  }
  const chars = [...doc];
  const n = vizData.length;
  const bos = tokens[0];
  return Array.from({ length: n }, (_, position) => ({
    t: position,
    read: position === 0 ? BOS : visible(chars[position - 1]),
    readId: tokens[position],
    next: position < chars.length ? visible(chars[position]) : BOS,
    // the response of inspect omits the token after the last position
    nextId: position + 1 < tokens.length ? tokens[position + 1] : position < chars.length ? null : bos,
  }));
}
