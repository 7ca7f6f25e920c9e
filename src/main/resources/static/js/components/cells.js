// Draws matrices as coloured cells on a canvas, with the colour ramps of tokens.css.

import { sharpContext } from './canvas.js';
import { theme } from './theme.js';

const STEPS = 256;
/** The colours of numbers from 0 to 1, and of those from -1 to 1. */
export const RAMP = ['--ramp-0', '--ramp-1', '--ramp-2', '--ramp-3', '--ramp-4', '--ramp-5'];
export const DIVERGE = ['--diverge-low', '--diverge-mid', '--diverge-high'];

let made = new Map();
theme.addEventListener('colours', () => { made = new Map(); });

/** Red, green and blue of a computed colour such as `rgb(1, 2, 3)`. */
function parse(colour) {
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}

/** The colours of a scale as pixels, from its lowest value to its highest. */
function pixels(stops) {
  let colours = made.get(stops);
  if (colours === undefined) {
    const known = stops.map((property) => parse(theme.colour(property)));
    const bytes = Uint8ClampedArray.from({ length: 4 * STEPS }, (_, i) => {
      const [step, channel] = [Math.floor(i / 4), i % 4];
      if (channel === 3) {
        return 255;
      }
      const place = step / (STEPS - 1) * (known.length - 1);
      const below = Math.min(Math.floor(place), known.length - 2);
      return known[below][channel] + (known[below + 1][channel] - known[below][channel]) * (place - below);
    });
    colours = new Uint32Array(bytes.buffer);
    made.set(stops, colours);
  }
  return colours;
}

/** For numbers from 0 to 1. */
export const sequential = { stops: RAMP, low: 0, high: 1 };

/** For numbers from -1 to 1. */
export const diverging = { stops: DIVERGE, low: -1, high: 1 };

const scratch = new OffscreenCanvas(1, 1); // one for all: the context of a new canvas takes longer than to draw the cells

/** Draws rows of numbers as cells into a box of a canvas; the rest of a short row stays empty. */
export function drawCells(context, rows, { x, y, width, height, colour }) {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (columns === 0 || width <= 0 || height <= 0) {
    return;
  }
  const colours = pixels(colour.stops);
  const unit = (STEPS - 1) / (colour.high - colour.low);
  const image = new ImageData(columns, rows.length);
  const target = new Uint32Array(image.data.buffer);
  rows.forEach((row, r) => {
    for (let c = 0; c < row.length; c++) {
      const step = Math.round((row[c] - colour.low) * unit);
      target[r * columns + c] = colours[Math.min(STEPS - 1, Math.max(0, step))];
    }
  });
  Object.assign(scratch, { width: columns, height: rows.length });
  scratch.getContext('2d').putImageData(image, 0, 0);
  context.imageSmoothingEnabled = columns > width; // more numbers than pixels
  context.drawImage(scratch, x, y, width, height);
}

/** Sizes a canvas, its style included, in CSS pixels; returns its context, cleared, in CSS pixels. */
export function prepareCanvas(canvas, width, height) {
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  return sharpContext(canvas, width, height);
}
