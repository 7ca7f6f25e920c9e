// The API key of this tab, for servers that ask for one. It is kept until the tab is closed, and never put
// into a URL.

const STORED_AS = 'microgpt-key';

let asking = null; // a promise of the answer, while the dialog is open
let isDeclined = false; // the dialog was closed: pages that ask again and again must not open it for ever

/** What to send along; null if there is none yet. */
export const apiKey = () => sessionStorage.getItem(STORED_AS);

/**
 * Asks for a key; several who ask at a time get the same answer.
 *
 * @param refused the key that the server did not take; null if there was none
 * @returns whether there is one now
 */
export function askForKey(refused) {
  if (apiKey() !== refused) {
    return Promise.resolve(true); // somebody has asked meanwhile
  }
  if (isDeclined) {
    return Promise.resolve(false);
  }
  asking ??= ask(refused !== null).finally(() => { asking = null; });
  return asking;
}

async function ask(wasRefused) {
  await import('./ui/key-dialog.js');
  const dialog = document.createElement('mg-key-dialog');
  dialog.wasRefused = wasRefused;
  document.body.append(dialog);
  const key = await dialog.answer();
  dialog.remove();
  isDeclined = key === null;
  if (isDeclined) {
    return false;
  }
  sessionStorage.setItem(STORED_AS, key);
  return true;
}
