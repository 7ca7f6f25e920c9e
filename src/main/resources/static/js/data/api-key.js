// The API key of this browser tab, for servers that require one. It lives in the session storage, so it is
// gone when the tab is closed, and it never becomes part of a URL. On a page that was opened with a share, its token is
// sent in place of a key.

import { share } from './share.js';

const STORAGE_KEY = 'microgpt-key';

let prompt = async () => null; // asks the user, see promptForKeyWith
let isDeclined = false; // the user closed the prompt: a page that polls must not open it forever

/** The key to send along; null if there is none yet. */
export function apiKey() {
  try {
    return share.token ?? sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // storage is disabled, as it may be in a frame
  }
}

/**
 * Sets how the user is asked for a key. This module draws nothing, so a component has to provide it.
 *
 * @param ask an async function of whether the server has rejected the previous key; returns the new key, or
 *   null if the user gave none
 */
export function promptForKeyWith(ask) {
  prompt = ask;
}

/**
 * Asks the user for a key, unless there was no answer before.
 *
 * @param rejected the key that the server did not accept; null if none was sent
 * @returns the new key; null if there is none
 */
export async function askForKey(rejected) {
  if (share.token !== null) {
    share.end(); // a key of the user would show other sessions than the link
    return null;
  }
  if (isDeclined) {
    return null;
  }
  const key = await prompt(rejected !== null);
  isDeclined = key === null;
  if (key !== null) {
    sessionStorage.setItem(STORAGE_KEY, key);
  }
  return key;
}
