// The frame of a panel's picture that is saved: title, subject and legend above the drawing.

import { palette } from './palette.js';
import { theme } from './theme.js';

/** Pixels per dot of all saved pictures, whatever the screen has. */
export const SHARPNESS = 2;

const PAD = 16; // dots
const TITLE = 18;
const TEXT = 13;
const LINE = 22; // the height of a line of text
const SAMPLE = 26; // the width of a piece of a line
const RAMP = 110;
const GAP = 22; // between entries of the legend

/**
 * The picture as a canvas.
 *
 * @param drawing a canvas with SHARPNESS pixels per dot
 * @param legend entries {label, kind, colour}: `kind` is line, dashed, band, dot, outline or text, `colour` a custom
 *   property, `dash` the pattern of a line; or {label, palette, low, high} for a colour scale of palette.js, or
 *   {label, stops, low, high} for one between custom properties
 */
export function framedPicture({ title, subject, legend, drawing }) {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const family = getComputedStyle(document.documentElement).fontFamily;
  const font = `${TEXT}px ${family}`;
  context.font = `600 ${TITLE}px ${family}`;
  const titleWidth = context.measureText(title).width;
  context.font = font;
  const width = Math.max(drawing.width / SHARPNESS, titleWidth, Math.min(560, context.measureText(subject).width), 320) + 2 * PAD;
  const subjectLines = wrapped(context, subject, width - 2 * PAD);
  const entries = placed(context, legend, width);
  const legendHeight = entries.length === 0 ? 0 : entries.at(-1).y + LINE;
  const top = PAD + TITLE + 8 + subjectLines.length * LINE + legendHeight + 8;
  canvas.width = Math.ceil(width * SHARPNESS);
  canvas.height = Math.ceil((top + PAD) * SHARPNESS + drawing.height);
  context.scale(SHARPNESS, SHARPNESS);
  context.fillStyle = theme.colour('--surface');
  context.fillRect(0, 0, width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = theme.colour('--ink');
  context.font = `600 ${TITLE}px ${family}`;
  context.fillText(title, PAD, PAD + TITLE / 2);
  context.font = font;
  context.fillStyle = theme.colour('--muted');
  subjectLines.forEach((line, i) => context.fillText(line, PAD, PAD + TITLE + 8 + (i + 0.5) * LINE));
  const legendTop = PAD + TITLE + 8 + subjectLines.length * LINE;
  entries.forEach((entry) => drawEntry(context, entry, PAD + entry.x, legendTop + entry.y + LINE / 2));
  context.drawImage(drawing, PAD, top, drawing.width / SHARPNESS, drawing.height / SHARPNESS);
  return canvas;
}

function wrapped(context, text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) !== '' && context.measureText(longer).width > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = longer;
    }
  }
  return lines;
}

/** The entries with their places, in as many rows as they need. */
function placed(context, legend, width) {
  let [x, y] = [0, 0];
  return legend.map((entry) => {
    const scale = isScale(entry) ? { before: `${entry.label} ${entry.low}`, after: `${entry.high}` } : null;
    const room = scale === null ? (entry.kind === 'text' ? 0 : SAMPLE + 8) + context.measureText(entry.label).width
      : context.measureText(scale.before).width + RAMP + 16 + context.measureText(scale.after).width;
    if (x > 0 && x + room > width - 2 * PAD) {
      x = 0;
      y += LINE;
    }
    const at = { ...entry, ...scale, x, y };
    x += room + GAP;
    return at;
  });
}

const isScale = ({ palette: name, stops }) => name !== undefined || stops !== undefined;

function drawEntry(context, entry, x, y) {
  context.save();
  context.fillStyle = theme.colour('--ink');
  if (isScale(entry)) {
    context.fillText(entry.before, x, y);
    const left = x + context.measureText(entry.before).width + 8;
    context.fillText(entry.after, left + RAMP + 8, y);
    drawScale(context, entry, left, y - 6);
    context.restore();
    return;
  }
  context.fillText(entry.label, entry.kind === 'text' ? x : x + SAMPLE + 8, y);
  const colour = entry.colour === undefined ? '' : theme.colour(entry.colour);
  Object.assign(context, { fillStyle: colour, strokeStyle: colour, lineWidth: 2.5 });
  switch (entry.kind) {
    case 'line':
    case 'dashed':
      context.setLineDash(entry.dash ?? (entry.kind === 'dashed' ? [5, 4] : []));
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + SAMPLE, y);
      context.stroke();
      break;
    case 'band':
      context.globalAlpha = 0.25;
      context.fillRect(x, y - 6, SAMPLE, 12);
      break;
    case 'dot':
      context.beginPath();
      context.arc(x + SAMPLE / 2, y, 4.5, 0, 2 * Math.PI);
      context.fill();
      break;
    case 'outline':
      context.strokeRect(x + 5, y - 6, SAMPLE - 10, 12);
      break;
    default: // a text
  }
  context.restore();
}

function drawScale(context, { palette: name, stops }, x, y) {
  if (stops !== undefined) {
    const gradient = context.createLinearGradient(x, 0, x + RAMP, 0);
    stops.forEach((property, i) => gradient.addColorStop(i / (stops.length - 1), theme.colour(property)));
    context.fillStyle = gradient;
    context.fillRect(x, y, RAMP, 12);
  } else {
    const colour = palette(name, 0, 1);
    for (let i = 0; i < RAMP; i++) {
      const pixel = colour((i + 0.5) / RAMP);
      context.fillStyle = `rgb(${pixel & 255} ${pixel >> 8 & 255} ${pixel >> 16 & 255})`;
      context.fillRect(x + i, y, 1, 12);
    }
  }
  context.strokeStyle = theme.colour('--line');
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, RAMP + 1, 13);
}
