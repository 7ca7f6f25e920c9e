// The byte pairs of a text, merge by merge.

/** The text of a byte: a character, or its hexadecimal digits if it is only a part of one. */
export function textOfByte(byte) {
  return byte < 0x80 ? String.fromCharCode(byte) : `<${byte.toString(16).toUpperCase()}>`;
}

/**
 * The tokens of a text after some of its merges: [{at, id, text, length, isNew}], where `at` and `length` count bytes, and
 * `isNew` marks those that the last of the merges has made.
 *
 * @param steps all merges of the text, [{id, text, at: [where]}], as POST /tokenize returns them
 */
export function tokensAfter(text, steps, count) {
  const tokens = new Map(Array.from(new TextEncoder().encode(text), (byte, at) =>
    [at, { at, id: byte, text: textOfByte(byte), length: 1, isNew: false }]));
  steps.slice(0, count).forEach((step, i) => {
    for (const at of step.at) {
      const left = tokens.get(at);
      const right = tokens.get(at + left.length);
      tokens.delete(right.at);
      tokens.set(at, { at, id: step.id, text: step.text, length: left.length + right.length, isNew: i === count - 1 });
    }
  });
  return [...tokens.values()];
}
