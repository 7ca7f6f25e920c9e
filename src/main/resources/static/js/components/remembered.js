// Settings that the browser remembers in its local storage.

/** The value of a setting; null if there is none. */
export function remembered(name) {
  try {
    return localStorage.getItem(`microgpt.${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`microgpt.${name}`, value);
  } catch {
    // storage is disabled: the setting lasts as long as the page
  }
}
