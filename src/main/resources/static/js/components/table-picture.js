// Draws a table as a picture, for panels of text that have no canvas of their own.

import { cellText, plural } from '../data/format.js';
import { texts } from '../data/texts.js';
import { theme } from './theme.js';

const t = await texts('common');

const ROW = 24; // dots
const GAP = 24; // between columns
const MOST_ROWS = 60;
const LONGEST = 40; // characters of a cell

/** The first rows of a table as a drawing, see pixelDrawing; a last line counts those that are left out. */
export function tablePicture({ columns, rows }) {
  const lines = [columns, ...rows.slice(0, MOST_ROWS)].map((row) => row.map((value) => cellText(value).slice(0, LONGEST)));
  const more = rows.length - MOST_ROWS;
  const font = `13px ${getComputedStyle(document.documentElement).fontFamily}`;
  const measure = document.createElement('canvas').getContext('2d');
  measure.font = font;
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => measure.measureText(line[i]).width)) + GAP);
  return {
    width: widths.reduce((sum, width) => sum + width, 0),
    height: (lines.length + (more > 0 ? 1 : 0)) * ROW,
    isVector: true,
    draw(context, left, top) {
      context.font = font;
      context.textBaseline = 'middle';
      lines.forEach((line, row) => {
        context.fillStyle = theme.colour(row === 0 ? '--muted' : '--ink');
        let x = left;
        line.forEach((text, i) => {
          context.fillText(text, x, top + (row + 0.5) * ROW);
          x += widths[i];
        });
      });
      if (more > 0) {
        context.fillStyle = theme.colour('--muted');
        context.fillText(t('table.more', { rows: more }), left, top + (lines.length + 0.5) * ROW);
      }
    },
  };
}
