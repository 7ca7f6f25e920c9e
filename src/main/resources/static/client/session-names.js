// Names for sessions that their user does not name.

const LENGTH = 12; // of 36 possible characters each

/** Returns a random name, which no other session has. */
export function newSessionName() {
  return `js-${Array.from({ length: LENGTH }, () => Math.floor(Math.random() * 36).toString(36)).join('')}`;
}
