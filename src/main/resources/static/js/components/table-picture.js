// Draws a table as a picture, for panels of text that have no canvas of their own.

import { theme } from './theme.js';

const ROW = 24;
const PAD = 16;
const GAP = 24; // between columns
const MOST_ROWS = 60;
const LONGEST = 40; // characters of a cell
const SHARPNESS = 2; // pixels in a dot

/** The first rows of a table as a data: URL of a PNG. */
export function tablePicture(heading, { columns, rows }) {
  const lines = [columns, ...rows.slice(0, MOST_ROWS)].map((row) => row.map((value) => String(value).slice(0, LONGEST)));
  const canvas = document.createElement('canvas');
  const draw = canvas.getContext('2d');
  const font = `13px ${getComputedStyle(document.documentElement).fontFamily}`;
  draw.font = font;
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => draw.measureText(line[i]).width)) + GAP);
  const width = widths.reduce((sum, w) => sum + w, 2 * PAD);
  const height = (lines.length + 1) * ROW + 2 * PAD;
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  draw.scale(SHARPNESS, SHARPNESS);
  draw.fillStyle = theme.colour('--surface');
  draw.fillRect(0, 0, width, height);
  draw.textBaseline = 'middle';
  draw.fillStyle = theme.colour('--ink');
  draw.font = `600 ${font}`;
  draw.fillText(heading, PAD, PAD + ROW / 2);
  lines.forEach((line, row) => {
    draw.font = font;
    draw.fillStyle = theme.colour(row === 0 ? '--muted' : '--ink');
    let x = PAD;
    line.forEach((text, i) => {
      draw.fillText(text, x, PAD + (row + 1.5) * ROW);
      x += widths[i];
    });
  });
  return canvas.toDataURL('image/png');
}
