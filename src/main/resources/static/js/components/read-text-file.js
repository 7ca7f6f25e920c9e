// Reads a text file that the user has chosen or dropped.

import { count } from '../data/format.js';
import { texts } from '../data/texts.js';

const t = await texts('common');

/**
 * Returns its text.
 *
 * @param maxBytes the size of the largest file that is read
 * @throws an Error whose message says why it cannot be read
 */
export async function readTextFile(file, maxBytes) {
  if (file.size > maxBytes) {
    throw new Error(t('file.tooLarge', { name: file.name, size: count(file.size), most: count(maxBytes) }));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(t('file.notUtf8', { name: file.name }));
  }
}
