// Finds names for new sessions that are not taken.

const LONGEST = 63;

/** Returns name-2, or the name with the next number that is not taken. */
export function availableName(name, taken) {
  return firstAvailable(name.replace(/-\d+$/, ''), 2, taken);
}

/** Returns name-twin, or name-twin-2 and so on. */
export function availableTwinName(name, taken) {
  const twin = `${name.slice(0, LONGEST - '-twin-999'.length)}-twin`;
  return taken.has(twin) ? firstAvailable(twin, 2, taken) : twin;
}

function firstAvailable(stem, first, taken) {
  for (let number = first; ; number++) {
    const name = `${stem.slice(0, LONGEST - `-${number}`.length)}-${number}`;
    if (!taken.has(name)) {
      return name;
    }
  }
}
