// Colour palettes of heat maps. They go from the background to the data colours of the theme and differ in
// lightness, so that they can be distinguished with any kind of colour vision.
//
//   diverging   below 0 orange, 0 the background, above 0 violet, as in cells.js
//   sequential  0 the background, above 0 green
//   relu        what a ReLU passes violet, what it cuts grey

import { theme } from './theme.js';

const SIZE = 512;
const SAMPLED = 10_000; // values that a percentile is computed from

let tables = new Map();
theme.addEventListener('colours', () => { tables = new Map(); });

function rgb(property) {
  return theme.colour(property).match(/[\d.]+/g).slice(0, 3).map(Number);
}

const mix = (a, b, part) => a.map((value, i) => value + (b[i] - value) * part);

/** A function from 0 to 1 that interpolates between equidistant colours. */
function ramp(...stops) {
  return (part) => {
    const place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(place));
    return mix(stops[index], stops[index + 1], place - index);
  };
}

function makeTable(name) {
  const surface = rgb('--surface');
  const ink = rgb('--ink');
  const toEnd = (property) => ramp(surface, mix(surface, rgb(property), 0.7), rgb(property), mix(rgb(property), ink, 0.45));
  const violet = toEnd('--data-1');
  let colour;
  if (name === 'sequential') {
    colour = toEnd('--data-3');
  } else if (name === 'diverging') {
    const orange = toEnd('--data-2');
    colour = (part) => (part < 0.5 ? orange(1 - 2 * part) : violet(2 * part - 1));
  } else {
    const grey = ramp(mix(surface, rgb('--muted'), 0.1), mix(surface, rgb('--muted'), 0.42));
    colour = (part) => (part < 0.5 ? grey(1 - 2 * part) : violet(0.3 + 0.7 * (2 * part - 1)));
  }
  return Uint32Array.from({ length: SIZE }, (_, i) => {
    const [r, g, b] = colour((i + 0.5) / SIZE).map(Math.round);
    return (255 << 24 | b << 16 | g << 8 | r) >>> 0; // the byte order of ImageData
  });
}

/** A function from a number to a pixel, as in a Uint32Array over ImageData; `low` and `high` are its range. */
export function palette(name, low, high) {
  let table = tables.get(name);
  if (table === undefined) {
    table = makeTable(name);
    tables.set(name, table);
  }
  const factor = SIZE / (high - low || 1);
  return (value) => table[Math.min(SIZE - 1, Math.max(0, Math.ceil((value - low) * factor) - 1))];
}

/**
 * A limit that 99 % of the non-zero numbers do not exceed in absolute value, rounded up: so that a few extreme
 * values do not make all others look like 0.
 */
export function percentileLimit(values) {
  const every = Math.ceil(values.length / SAMPLED);
  const sizes = [];
  for (let i = 0; i < values.length; i += every) {
    if (values[i] !== 0) {
      sizes.push(Math.abs(values[i]));
    }
  }
  sizes.sort((a, b) => a - b);
  return niceCeiling(sizes[Math.floor(0.99 * (sizes.length - 1))] ?? 0);
}

/** Rounds up to the next of 1, 2, 5, 10, …, so that a range does not change all the time. 0 stays 0. */
export function niceCeiling(value) {
  if (!(value > 0)) {
    return 0;
  }
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => Number((n * unit).toPrecision(1))).find((limit) => limit >= value) ?? value;
}
