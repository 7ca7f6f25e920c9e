// Names of sessions.

const LONGEST = 63;

/** name-2, or the next number that is free. */
export function freeName(name, taken) {
  return free(name.replace(/-\d+$/, ''), 2, taken);
}

/** name-twin, or name-twin-2 and so on. */
export function freeTwinName(name, taken) {
  const twin = `${name.slice(0, LONGEST - '-twin-999'.length)}-twin`;
  return taken.has(twin) ? free(twin, 2, taken) : twin;
}

function free(stem, first, taken) {
  for (let number = first; ; number++) {
    const name = `${stem.slice(0, LONGEST - `-${number}`.length)}-${number}`;
    if (!taken.has(name)) {
      return name;
    }
  }
}
