// Reads a text file that the user has chosen or dropped.

import { count } from '../data/format.js';

/**
 * Returns its text.
 *
 * @param maxBytes the size of the largest file that is read
 * @throws an Error whose message says why it cannot be read
 */
export async function readTextFile(file, maxBytes) {
  if (file.size > maxBytes) {
    throw new Error(`${file.name} has ${count(file.size)} bytes, but at most ${count(maxBytes)} are allowed`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is not UTF-8 text`);
  }
}
