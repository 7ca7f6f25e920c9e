// Remembers the last stop of the tour of a session in the browser's local storage, for the next visit.

const key = (name) => `microgpt.tour.${name}`;

/** The stop, counted from 1; null if there is none. */
export function rememberedStop(name, most) {
  try {
    const stop = Number(localStorage.getItem(key(name)));
    return Number.isInteger(stop) && stop >= 1 && stop <= most ? stop : null;
  } catch {
    return null;
  }
}

export function rememberStop(name, stop) {
  try {
    localStorage.setItem(key(name), String(stop));
  } catch {
    // storage is disabled: the stop is not remembered
  }
}
