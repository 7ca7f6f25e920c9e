// Finds names for new sessions that are not taken.

const LONGEST = 63;

/**
 * Returns name-2, or the next number that is not taken. The number at the end of a name is counted on only if it is
 * one of a series, as that of demo-2 beside demo: in width-16 or lr-0-01 it is a value.
 */
export function availableName(name, taken) {
  const [, stem, number] = name.match(/^(.+)-([1-9]\d*)$/) ?? [];
  return taken.has(stem) ? firstAvailable(stem, Number(number) + 1, taken) : firstAvailable(name, 2, taken);
}

/** Returns a name made of some words, such as those of a file name, that is not taken. */
export function proposedName(words, taken) {
  const name = words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, LONGEST).replaceAll(/^-|-$/g, '') || 'session';
  return taken.has(name) ? availableName(name, taken) : name;
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
