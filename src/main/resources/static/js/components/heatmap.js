// A matrix as a heat map: one cell per number, or, where there are more numbers than pixels, one pixel for the
// most extreme of them.

import { LitElement, css, html } from 'lit';

import { texts } from '../data/texts.js';
import { pixelRatio, sharpContext } from './canvas.js';
import { palette } from './palette.js';
import { ResizeController } from './resize-controller.js';
import { textScale } from './text-scale.js';
import { theme } from './theme.js';

const t = await texts('common');

const LABEL_SIZE = 11; // px, at a text scale of 1
const LABEL_GAP = 6;
const BAND = 9; // px, height of the column marks
const PAGE = 10; // rows, of the page keys

/** The keys of a heat map, for the help. */
export const MAP_KEYS = [['← → ↑ ↓', t('map.keys.move')], ['Home End', t('map.keys.ends')]];

/**
 * `<mg-heatmap .values=${row by row} .rows=${n} .columns=${m} palette="diverging" .low=${-1} .high=${1}
 *   label="what it shows">`, optionally with
 *
 *   rowLabels, columnLabels  texts, drawn as far as there is room
 *   marks                    a number per column; columns where it is not 0 get a mark below
 *   cursor                   {row, column}; `cursor` is sent when the pointer or the arrow keys move it
 *   outlined                 the index of a column to outline
 *   skipsTab                 whether the tab key skips it
 */
class HeatMap extends LitElement {
  static properties = {
    values: { attribute: false },
    rows: { attribute: false },
    columns: { attribute: false },
    palette: {},
    low: { attribute: false },
    high: { attribute: false },
    rowLabels: { attribute: false },
    columnLabels: { attribute: false },
    marks: { attribute: false },
    cursor: { attribute: false },
    outlined: { attribute: false },
    skipsTab: { attribute: false },
    label: {},
  };

  static styles = css`
    :host { display: block; position: relative; height: 240px; }
    div { position: absolute; inset: 0; touch-action: pan-y; cursor: crosshair; }
    div:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: var(--radius-small); }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  `;

  #sizes = new ResizeController(this, () => this.#draw());
  #image = null; // the cells, a pixel each at most
  #painted = ''; // what #image was painted for
  #plot = null; // where the cells are, in CSS pixels
  #labelSize = LABEL_SIZE;

  /** Draws it again, in other colours. */
  repaint = () => {
    this.#painted = '';
    this.#draw();
  };

  connectedCallback() {
    super.connectedCallback();
    theme.addEventListener('change', this.repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.repaint);
  }

  render() {
    return html`
      <div role="application" aria-roledescription=${t('roles.heatmap')} aria-label=${this.label}
        tabindex=${this.skipsTab ? -1 : 0}
        @pointermove=${this.#point} @pointerdown=${this.#point} @keydown=${this.#key}><canvas></canvas></div>`;
  }

  updated(changed) {
    if (['values', 'palette', 'low', 'high'].some((name) => changed.has(name))) {
      this.#painted = '';
    }
    this.#draw();
  }

  /** The canvas, to be copied into a larger picture. */
  get canvas() {
    return this.renderRoot.querySelector('canvas');
  }

  // ---- the cursor

  #point = (event) => {
    const { x, y, width, height } = this.#plot;
    const box = this.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.x - x) / width * this.columns);
    const row = Math.floor((event.clientY - box.y - y) / height * this.rows);
    if (column >= 0 && column < this.columns && row >= 0 && row < this.rows) {
      this.#move({ row, column }, false);
    }
  };

  #key = (event) => {
    const { row, column } = this.cursor ?? { row: 0, column: 0 };
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, this.columns - 1],
      PageUp: [row - PAGE, column], PageDown: [row + PAGE, column],
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    const within = (index, size) => Math.max(0, Math.min(size - 1, index));
    this.#move(this.cursor ? { row: within(to[0], this.rows), column: within(to[1], this.columns) } : { row, column }, true);
  };

  #move(cursor, byKey) {
    if (cursor.row !== this.cursor?.row || cursor.column !== this.cursor?.column) {
      this.cursor = cursor; // at once, so that the next key moves on from here
      this.dispatchEvent(new CustomEvent('cursor', { detail: { ...cursor, byKey } }));
    }
  }

  // ---- drawing

  #draw() {
    const { clientWidth, clientHeight } = this;
    const canvas = this.renderRoot?.querySelector('canvas');
    if (!canvas || clientWidth === 0 || clientHeight === 0 || !this.values || this.rows * this.columns === 0) {
      return;
    }
    const context = sharpContext(canvas, clientWidth, clientHeight);
    this.#labelSize = LABEL_SIZE * textScale(this);
    context.font = `${this.#labelSize}px ${getComputedStyle(this).fontFamily}`;
    context.fillStyle = theme.colour('--muted');
    this.#plot = this.#place(context, clientWidth, clientHeight);
    const { x, y, width: w, height: h } = this.#plot;
    this.#paint(Math.round(w * pixelRatio()), Math.round(h * pixelRatio()));
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#image, x, y, w, h);
    context.strokeStyle = theme.colour('--line');
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
    this.#drawLabels(context);
    this.#drawMarks(context);
    if (this.outlined >= 0) {
      context.strokeStyle = theme.colour('--ink');
      context.lineWidth = 1.5;
      const left = x + this.outlined * w / this.columns;
      context.strokeRect(left, y, Math.max(2, w / this.columns), h);
    }
    this.#drawCursor(context);
  }

  #place(context, width, height) {
    const texts = this.rowLabels ?? [];
    const step = Math.max(1, Math.ceil(texts.length / 100));
    let left = 1;
    for (let i = 0; i < texts.length; i += step) {
      left = Math.max(left, Math.ceil(context.measureText(texts[i]).width) + LABEL_GAP);
    }
    const bottom = (this.marks ? BAND : 0) + (this.columnLabels ? this.#labelSize + LABEL_GAP : 1);
    return { x: left, y: 1, width: Math.max(1, width - left - 1), height: Math.max(1, height - 1 - bottom) };
  }

  /** Paints the cells, unless they are painted already. */
  #paint(mostColumns, mostRows) {
    const width = Math.min(this.columns, mostColumns);
    const height = Math.min(this.rows, mostRows);
    const what = `${width} ${height} ${this.rows} ${this.columns}`;
    if (this.#painted === what) {
      return;
    }
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const colour = palette(this.palette, this.low, this.high);
    const isWhole = width === this.columns && height === this.rows;
    const shown = isWhole ? this.values : this.#extremes(width, height);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = colour(shown[i]);
    }
    this.#image = Object.assign(document.createElement('canvas'), { width, height });
    this.#image.getContext('2d').putImageData(image, 0, 0);
    this.#painted = what;
  }

  /** For each pixel, the number furthest from 0; for inputs of a ReLU, the highest. */
  #extremes(width, height) {
    const { values, rows, columns } = this;
    const isHighest = this.palette === 'relu';
    const result = new Float64Array(width * height).fill(isHighest ? -Infinity : 0);
    for (let row = 0, i = 0; row < rows; row++) {
      const line = Math.floor(row * height / rows) * width;
      for (let column = 0; column < columns; column++, i++) {
        const pixel = line + Math.floor(column * width / columns);
        const value = values[i];
        if (isHighest ? value > result[pixel] : Math.abs(value) > Math.abs(result[pixel])) {
          result[pixel] = value;
        }
      }
    }
    return result;
  }

  #drawLabels(context) {
    const { x, y, width, height } = this.#plot;
    context.fillStyle = theme.colour('--muted');
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const rows = this.rowLabels ?? [];
    const rowStep = Math.max(1, Math.ceil((this.#labelSize + 1) * rows.length / height));
    for (let i = Math.floor((rowStep - 1) / 2); i < rows.length; i += rowStep) {
      context.fillText(rows[i], x - LABEL_GAP + 2, y + (i + 0.5) * height / rows.length);
    }
    const columns = this.columnLabels ?? [];
    context.textBaseline = 'top';
    context.textAlign = 'center';
    const top = y + height + (this.marks ? BAND : 0) + 4;
    let free = -Infinity; // right of the last label
    columns.forEach((text, i) => {
      const half = columns.length > 200 && i % 10 !== 0 ? Infinity : context.measureText(text).width / 2;
      const middle = Math.min(x + width - half, Math.max(x + half, x + (i + 0.5) * width / columns.length));
      if (middle - half > free) {
        context.fillText(text, middle, top);
        free = middle + half + this.#labelSize;
      }
    });
  }

  #drawMarks(context) {
    const { x, y, width, height } = this.#plot;
    const size = width / this.columns;
    context.fillStyle = theme.colour('--data-2');
    for (let i = 0; i < (this.marks?.length ?? 0); i++) {
      if (this.marks[i] !== 0) {
        context.fillRect(x + i * size + Math.min(1, size / 8), y + height + 3, Math.max(1, size - Math.min(2, size / 4)), 4);
      }
    }
  }

  #drawCursor(context) {
    const { cursor } = this;
    if (!cursor || cursor.row >= this.rows || cursor.column >= this.columns) {
      return;
    }
    const { x, y, width, height } = this.#plot;
    const w = Math.max(4, width / this.columns);
    const h = Math.max(4, height / this.rows);
    const left = x + (cursor.column + 0.5) * width / this.columns - w / 2;
    const top = y + (cursor.row + 0.5) * height / this.rows - h / 2;
    context.lineWidth = 4;
    context.strokeStyle = theme.colour('--surface');
    context.strokeRect(left, top, w, h);
    context.lineWidth = 2;
    context.strokeStyle = theme.colour('--ink');
    context.strokeRect(left, top, w, h);
  }
}

customElements.define('mg-heatmap', HeatMap);

/** Several canvases side by side, as a canvas. */
export function sideBySide(canvases, gap = 16) {
  const width = canvases.reduce((sum, canvas) => sum + canvas.width + gap, -gap);
  const height = Math.max(...canvases.map((canvas) => canvas.height));
  const all = Object.assign(document.createElement('canvas'), { width, height });
  const context = all.getContext('2d');
  let x = 0;
  for (const canvas of canvases) {
    context.drawImage(canvas, x, 0);
    x += canvas.width + gap;
  }
  return all;
}
