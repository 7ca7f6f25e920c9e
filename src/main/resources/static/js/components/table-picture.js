// Draws a table as a picture, for panels of text that have no canvas of their own.

import { SHARPNESS } from './picture.js';
import { theme } from './theme.js';

const ROW = 24;
const GAP = 24; // between columns
const MOST_ROWS = 60;
const LONGEST = 40; // characters of a cell

/** The first rows of a table as a canvas. */
export function tablePicture({ columns, rows }) {
  const lines = [columns, ...rows.slice(0, MOST_ROWS)].map((row) => row.map((value) => String(value).slice(0, LONGEST)));
  const canvas = document.createElement('canvas');
  const draw = canvas.getContext('2d');
  const font = `13px ${getComputedStyle(document.documentElement).fontFamily}`;
  draw.font = font;
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => draw.measureText(line[i]).width)) + GAP);
  const width = widths.reduce((sum, w) => sum + w, 0);
  const height = lines.length * ROW;
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  draw.scale(SHARPNESS, SHARPNESS);
  draw.textBaseline = 'middle';
  lines.forEach((line, row) => {
    draw.font = font;
    draw.fillStyle = theme.colour(row === 0 ? '--muted' : '--ink');
    let x = 0;
    line.forEach((text, i) => {
      draw.fillText(text, x, (row + 0.5) * ROW);
      x += widths[i];
    });
  });
  return canvas;
}
