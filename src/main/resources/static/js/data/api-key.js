// The API key of this browser tab, for servers that require one. It lives in the session storage, so it is
// gone when the tab is closed, and it never becomes part of a URL.

const STORAGE_KEY = 'microgpt-key';

let prompt = async () => null; // asks the user, see promptForKeyWith
let pending = null; // the promise of the prompt that is open
let isDeclined = false; // the user closed the prompt: a page that polls must not open it forever

/** The key to send along; null if there is none yet. */
export const apiKey = () => sessionStorage.getItem(STORAGE_KEY);

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
 * Asks the user for a key. Concurrent callers share one prompt.
 *
 * @param rejected the key that the server did not accept; null if none was sent
 * @returns whether there is a new key now
 */
export function askForKey(rejected) {
  if (apiKey() !== rejected) {
    return Promise.resolve(true); // another call has asked in the meantime
  }
  if (isDeclined) {
    return Promise.resolve(false);
  }
  pending ??= ask(rejected !== null).finally(() => { pending = null; });
  return pending;
}

async function ask(wasRejected) {
  const key = await prompt(wasRejected);
  isDeclined = key === null;
  if (isDeclined) {
    return false;
  }
  sessionStorage.setItem(STORAGE_KEY, key);
  return true;
}
