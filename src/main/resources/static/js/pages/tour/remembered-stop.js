// Remembers the last stop of the tour of a session in the browser's local storage, for the next visit.

import { remember, remembered } from '../../components/remembered.js';

const setting = (name) => `tour.${name}`;

/** The stop, counted from 1; null if there is none. */
export function rememberedStop(name, most) {
  const stop = Number(remembered(setting(name)));
  return Number.isInteger(stop) && stop >= 1 && stop <= most ? stop : null;
}

export function rememberStop(name, stop) {
  remember(setting(name), String(stop));
}
