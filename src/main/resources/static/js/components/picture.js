// Pictures that are saved: title, subject and legend above a drawing, as pixels or as SVG.

import { palette } from './palette.js';
import { SvgContext } from './svg-context.js';
import { theme } from './theme.js';

/** Pixels per dot of all saved pictures, whatever the screen has. */
export const SHARPNESS = 2;

const PAD = 16; // dots
const TITLE = 18;
const TEXT = 13;
const LINE = 22; // the height of a line of text
const SAMPLE = 26; // the width of a piece of a line
const RAMP = 110;
const RAMP_HEIGHT = 12;
const GAP = 22; // between entries of the legend
const NARROWEST = 320;
const SUBJECT = 560; // the widest line of the subject that widens the picture

/**
 * A canvas with SHARPNESS pixels per dot as a drawing.
 *
 * A drawing is {width, height, isVector, draw}: its size in dots; whether it consists of shapes and texts, so that it can be
 * saved as SVG; and a function that draws it, at a place, into the context of a canvas or an SvgContext.
 */
export function pixelDrawing(canvas) {
  const [width, height] = [canvas.width / SHARPNESS, canvas.height / SHARPNESS];
  return { width, height, isVector: false, draw: (context, x, y) => context.drawImage(canvas, x, y, width, height) };
}

/**
 * A picture to be saved.
 *
 * @param drawing see pixelDrawing
 * @param legend entries {label, kind, colour}: `kind` is line, dashed, band, dot, outline or text, `colour` a custom
 *   property, `dash` the pattern of a line; or {label, palette, low, high} for a colour scale of palette.js, or
 *   {label, stops, low, high} for one between custom properties
 */
export class Picture {
  #title;
  #drawing;
  #width; // dots
  #subjectLines;
  #entries;
  #family = getComputedStyle(document.documentElement).fontFamily;

  constructor({ title, subject, legend, drawing }) {
    const context = document.createElement('canvas').getContext('2d');
    context.font = this.#titleFont;
    const titleWidth = context.measureText(title).width;
    context.font = this.#font;
    const subjectWidth = Math.min(SUBJECT, context.measureText(subject).width);
    this.#title = title;
    this.#drawing = drawing;
    this.#width = Math.ceil(Math.max(drawing.width, titleWidth, subjectWidth, NARROWEST) + 2 * PAD);
    this.#subjectLines = wrapped(context, subject, this.#width - 2 * PAD);
    this.#entries = placed(context, legend, this.#width);
  }

  /** The picture as a canvas with SHARPNESS pixels per dot. */
  toCanvas() {
    const canvas = document.createElement('canvas');
    canvas.width = this.#width * SHARPNESS;
    canvas.height = this.#height * SHARPNESS;
    const context = canvas.getContext('2d');
    context.scale(SHARPNESS, SHARPNESS);
    this.#draw(context);
    return canvas;
  }

  /** The picture as an SVG document. */
  toSvg() {
    const context = new SvgContext();
    this.#draw(context);
    return context.toString(this.#width, this.#height);
  }

  get #titleFont() {
    return `600 ${TITLE}px ${this.#family}`;
  }

  get #font() {
    return `${TEXT}px ${this.#family}`;
  }

  get #legendTop() {
    return PAD + TITLE + 8 + this.#subjectLines.length * LINE;
  }

  get #drawingTop() {
    return this.#legendTop + (this.#entries.length === 0 ? 0 : this.#entries.at(-1).y + LINE) + 8;
  }

  get #height() {
    return Math.ceil(this.#drawingTop + this.#drawing.height + PAD);
  }

  #draw(context) {
    context.fillStyle = theme.colour('--surface');
    context.fillRect(0, 0, this.#width, this.#height);
    context.textBaseline = 'middle';
    context.fillStyle = theme.colour('--ink');
    context.font = this.#titleFont;
    context.fillText(this.#title, PAD, PAD + TITLE / 2);
    context.font = this.#font;
    context.fillStyle = theme.colour('--muted');
    this.#subjectLines.forEach((line, i) => context.fillText(line, PAD, PAD + TITLE + 8 + (i + 0.5) * LINE));
    this.#entries.forEach((entry) => drawEntry(context, entry, PAD + entry.x, this.#legendTop + entry.y + LINE / 2));
    this.#drawing.draw(context, PAD, this.#drawingTop);
  }
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
    drawScale(context, entry, left, y - RAMP_HEIGHT / 2);
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

function drawScale(context, entry, x, y) {
  context.drawImage(scaleOf(entry), x, y, RAMP, RAMP_HEIGHT);
  context.strokeStyle = theme.colour('--line');
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, RAMP + 1, RAMP_HEIGHT + 1);
}

/** A colour scale as a canvas, one pixel high. */
function scaleOf({ palette: name, stops }) {
  const canvas = Object.assign(document.createElement('canvas'), { width: RAMP, height: 1 });
  const context = canvas.getContext('2d');
  if (stops !== undefined) {
    const gradient = context.createLinearGradient(0, 0, RAMP, 0);
    stops.forEach((property, i) => gradient.addColorStop(i / (stops.length - 1), theme.colour(property)));
    context.fillStyle = gradient;
    context.fillRect(0, 0, RAMP, 1);
  } else {
    const colour = palette(name, 0, 1);
    for (let i = 0; i < RAMP; i++) {
      const pixel = colour((i + 0.5) / RAMP);
      context.fillStyle = `rgb(${pixel & 255} ${pixel >> 8 & 255} ${pixel >> 16 & 255})`;
      context.fillRect(i, 0, 1, 1);
    }
  }
  return canvas;
}
