// Colour scales of pictures made of many numbers, from the ramps in tokens.css.

import { theme } from './theme.js';

const STEPS = 256;
const RAMP = ['--ramp-0', '--ramp-1', '--ramp-2', '--ramp-3', '--ramp-4', '--ramp-5'];
const DIVERGE = ['--diverge-low', '--diverge-mid', '--diverge-high'];

let made = new Map();
theme.addEventListener('change', () => { made = new Map(); });

/** Red, green and blue of a colour as the browser computes it: `rgb(1, 2, 3)`. */
function parse(colour) {
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function scale(stops) {
  let colours = made.get(stops);
  if (colours === undefined) {
    const known = stops.map((property) => parse(theme.colour(property)));
    colours = Array.from({ length: STEPS }, (_, i) => {
      const place = i / (STEPS - 1) * (known.length - 1);
      const below = Math.min(Math.floor(place), known.length - 2);
      return known[below].map((channel, c) => Math.round(channel + (known[below + 1][c] - channel) * (place - below)));
    });
    made.set(stops, colours);
  }
  return colours;
}

function at(stops, part) {
  const index = Number.isNaN(part) ? 0 : Math.round(Math.min(1, Math.max(0, part)) * (STEPS - 1));
  return scale(stops)[index];
}

/** [red, green, blue] of a number from 0 to 1. */
export const sequential = (value) => at(RAMP, value);

/** [red, green, blue] of a number from -1 to 1. */
export const diverging = (value) => at(DIVERGE, (value + 1) / 2);

/**
 * Draws rows of numbers as cells into a box of a canvas; null leaves a cell empty. `colour` is a scale of
 * this module.
 */
export function drawCells(context, rows, { x, y, width, height, colour }) {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  if (columns === 0 || width <= 0 || height <= 0) {
    return;
  }
  const image = new ImageData(columns, rows.length);
  rows.forEach((row, r) => row.forEach((value, c) => {
    if (value !== null) {
      image.data.set([...colour(value), 255], 4 * (r * columns + c));
    }
  }));
  const small = new OffscreenCanvas(columns, rows.length);
  small.getContext('2d').putImageData(image, 0, 0);
  context.imageSmoothingEnabled = columns > width; // more numbers than pixels
  context.drawImage(small, x, y, width, height);
}

/** Makes a canvas as large as that many CSS pixels and gives its context, empty, in units of these. */
export function prepare(canvas, width, height) {
  const density = Math.min(2, devicePixelRatio || 1);
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
