// The panel of the next character: its probabilities at each position of a document, under the sampling settings, and
// the loss of the actual next character.

import { css, html, nothing, svg } from 'lit';

import { fixed, number } from '../data/format.js';
import { drawnFrom } from '../data/model/sampling.js';
import { tiny } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';
import { RAMP, drawCells, prepareCanvas, sequential } from '../components/cells.js';
import { DocumentPanel } from '../components/document-panel.js';
import { MAP_KEYS } from '../components/heatmap.js';
import { ResizeController } from '../components/resize-controller.js';
import { textScale } from '../components/text-scale.js';
import { theme } from '../components/theme.js';
import { setQuery, wholeNumberInQuery } from '../components/url-query.js';

const t = await texts('panels');

const MOST_COLUMNS = 40; // tokens in the map; of larger vocabularies, those that are likely somewhere
const MOST_ROWS = 32; // positions at a time
const MOST_BARS = 8;
const ROW = 21; // px, as all sizes of the map at a text scale of 1
const HEAD = 18;
const WIDE_CELL = 16; // px, which hold two letters
const LEFT = 26;
const RIGHT = 106; // for the losses
const NARROW_RIGHT = 74;
const PAGE = 'next-page'; // in the URL
const DEFAULTS = { temperature: 1, topK: 0, topP: 1 };

/** The height of the map. The panel reserves that of the longest document, so that the page does not jump. */
function heightOf(rows, scale) {
  return (HEAD + rows * ROW) * scale + 2;
}

class ProbabilitiesPanel extends DocumentPanel {
  static heading = t('next.heading');
  static about = t('next.about');
  static needsProbs = true;
  static keys = [...MAP_KEYS, ...DocumentPanel.keys];

  static properties = {
    temperature: { state: true },
    topK: { state: true }, // 0 for all
    topP: { state: true },
    page: { state: true }, // of positions
    hovered: { state: true }, // the token under the pointer or the keys
    spoken: { state: true }, // what the keys have reached, for screen readers
  };

  static styles = [DocumentPanel.styles, css`
    .settings { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-4); margin-bottom: var(--space-2); }
    .settings label { display: grid; grid-template-columns: auto minmax(60px, 1fr) 4.5ch; align-items: center; gap: 6px; flex: 1 1 170px; font-weight: 400; }
    .settings output { text-align: right; }
    .settings button { min-height: 28px; }
    @media (max-width: 600px) { .settings label { flex-basis: 100%; grid-template-columns: 10ch 1fr 4.5ch; } }
    .map { min-width: 0; margin-top: var(--space-3); }
    .map canvas { max-width: 100%; }
    .foot { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-4); margin-top: var(--space-2); }
    .foot .caption { flex: 1 1 240px; }
    .pages { display: flex; align-items: center; gap: var(--space-2); font-size: var(--text-s); color: var(--muted); }
    .bars { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); grid-auto-flow: column; grid-template-rows: repeat(4, auto); gap: 2px var(--space-5); margin-top: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .bars li { display: grid; grid-template-columns: 5ch 1fr 6ch; align-items: center; gap: var(--space-2); min-height: 20px; border-radius: var(--radius-small); padding: 0 4px; }
    .bars li.actual { box-shadow: inset 0 0 0 2px var(--data-2); }
    .bars li > span:first-child { font-family: var(--mono); white-space: pre; overflow: hidden; text-overflow: ellipsis; }
    .bars li > span:last-child { text-align: right; }
    .bars svg { display: block; width: 100%; height: 8px; }
    .bars rect { fill: var(--data-1); }
    .scale .outline { width: 14px; height: 12px; box-shadow: inset 0 0 0 2px var(--data-2); }
  `];

  #sizes = new ResizeController(this, () => this.requestUpdate());
  #layout = null; // of the map as drawn

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    const read = (name, usual, isValid) => query.has(name) && isValid(Number(query.get(name))) ? Number(query.get(name)) : usual;
    this.temperature = read('temperature', DEFAULTS.temperature, (t) => t >= 0 && t <= 3);
    this.topK = read('topk', DEFAULTS.topK, (k) => Number.isInteger(k) && k >= 0);
    this.topP = read('topp', DEFAULTS.topP, (p) => p > 0 && p <= 1);
    this.page = Math.max(1, wholeNumberInQuery(PAGE) ?? 1) - 1;
    this.hovered = null;
  }

  get heading() {
    return this.#inUnits(super.heading);
  }

  get about() {
    return this.#inUnits(super.about);
  }

  /** A text about characters, in the words for what a token of the session is. */
  #inUnits(text) {
    return this.view?.options.tokenizer === 'bpe' ? text.replaceAll('character', 'token') : text;
  }

  get settings() {
    const { temperature, topK, topP } = this;
    return { temperature, topK, topP };
  }

  /** The probabilities of the next token at a position, under the settings. */
  probsAt(t) {
    return drawnFrom(this.shown.vizData[t].probs, this.settings);
  }

  /** −ln p of the actual next token, at temperature 1; null if it is not known. */
  lossAt(t) {
    const { nextId } = this.positions[t];
    return nextId === null ? null : -Math.log(this.shown.vizData[t].probs[nextId]);
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.shown !== null && this.positions.length > 0) {
      // a truncated text has no token after its last position
      this.positions = this.positions.map((position) =>
        position.nextId === null ? { ...position, nextId: this.vocabulary.idOf(position.next) } : position);
    }
    if (changed.has('pointed') || changed.has('page')) {
      return;
    }
    if (this.chosen !== null) {
      this.page = Math.floor(this.chosen / MOST_ROWS);
    }
  }

  #set(name, value) {
    this[name] = value;
    setQuery(Object.fromEntries(Object.entries(this.settings)
      .map(([key, now]) => [key.toLowerCase(), now === DEFAULTS[key] ? null : now])));
  }

  #turn(page) {
    this.page = page;
    setQuery({ [PAGE]: page === 0 ? null : page + 1 });
  }

  renderDocument() {
    const pages = Math.ceil(this.positions.length / MOST_ROWS);
    const page = Math.min(this.page, pages - 1);
    const rows = Math.min(MOST_ROWS, this.positions.length - page * MOST_ROWS);
    const scale = textScale(this);
    return html`
      ${this.#settings()}
      ${this.strip(t('next.strip'))}
      <div class="map"><canvas role="application" aria-roledescription=${t('roles.heatmap')} tabindex="0" aria-label=${this.#inWords()}
        @pointermove=${this.#hover} @pointerleave=${this.#leave} @blur=${this.#leave} @keydown=${this.#key}
        @click=${(event) => { this.#hover(event); this.choosePointed(event); }}></canvas></div>
      ${this.#bars()}
      <div class="foot">
        <p class="caption">${this.#caption()}</p>
        <span class="visually-hidden" role="status">${this.spoken}</span>
        ${pages > 1 ? html`<div class="pages">
          <button class="quiet" ?disabled=${page === 0} @click=${() => this.#turn(page - 1)}>${t('attention.previous')}</button>
          ${t('next.range', { from: page * MOST_ROWS, to: Math.min(this.positions.length, (page + 1) * MOST_ROWS) - 1, all: this.positions.length })}
          <button class="quiet" ?disabled=${page === pages - 1} @click=${() => this.#turn(page + 1)}>${t('attention.next')}</button></div>` : nothing}
        <span class="scale"><i class="outline"></i> ${t('next.actual')}</span>
        <span class="scale">0 <i class="ramp"></i> 1</span>
      </div>
      <div .style=${`height: ${heightOf(Math.min(MOST_ROWS, this.view.options.blockSize), scale) - heightOf(rows, scale)}px`}></div>`;
  }

  #settings() {
    const { temperature, topK, topP } = this;
    const most = this.view.vocabSize ?? 1;
    const slider = (name, label, { min, max, step, value, words, take = Number }) => html`
      <label>${label}
        <input type="range" name=${name} min=${min} max=${max} step=${step} .value=${String(value)} aria-valuetext=${words}
          @input=${(event) => this.#set(name, take(event.target.value))}>
        <output class="number">${words}</output></label>`;
    return html`
      <div class="settings" role="group" aria-label=${t('next.settings', { unit: this.unit })}>
        ${slider('temperature', t('next.temperature'), { min: 0, max: 3, step: 0.05, value: temperature, words: fixed(temperature, 2) })}
        ${slider('topK', t('next.topK'), {
          min: 1, max: most, step: 1, value: topK === 0 ? most : topK, words: topK === 0 ? t('all') : String(topK),
          take: (value) => Number(value) >= most ? 0 : Number(value),
        })}
        ${slider('topP', t('next.topP'), { min: 0.01, max: 1, step: 0.01, value: topP, words: topP === 1 ? t('all') : fixed(topP, 2) })}
        <button ?disabled=${temperature === 1 && topK === 0 && topP === 1}
          @click=${() => Object.entries(DEFAULTS).forEach(([name, value]) => this.#set(name, value))}>${t('next.reset')}</button>
      </div>`;
  }

  get #mean() {
    const losses = this.positions.map(({ t }) => this.lossAt(t)).filter((value) => value !== null);
    return losses.reduce((sum, value) => sum + value, 0) / losses.length;
  }

  #inWords() {
    return t('next.map', { unit: this.unit, positions: this.positions.length, mean: number(this.#mean) });
  }

  #caption() {
    const { looked } = this;
    if (looked !== null && this.hovered !== null) {
      return t('next.one', { where: this.upTo(looked), token: this.vocabulary.symbol(this.hovered), p: number(this.probsAt(looked)[this.hovered]) });
    }
    return t('next.mean', { mean: number(this.#mean, 4), unit: this.unit });
  }

  /** The most likely tokens at one position: the one looked at, or the last. */
  #bars() {
    const at = this.looked ?? this.positions.length - 1;
    const probs = this.probsAt(at);
    const { nextId } = this.positions[at];
    const likeliest = probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, MOST_BARS);
    const isShown = nextId === null || likeliest.includes(nextId);
    const ids = isShown ? likeliest : [...likeliest.slice(0, -1), nextId];
    return html`
      <p class="caption">${t('next.bars', { where: this.upTo(at) })}</p>
      <ol class="bars">${ids.map((id) => html`
        <li class=${id === nextId ? 'actual' : ''}><span title=${this.vocabulary.symbol(id)}>${this.vocabulary.symbol(id)}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${svg`<rect width=${100 * probs[id]} height="8" />`}</svg>
          <span>${percent(probs[id])}</span></li>`)}</ol>`;
  }

  /** The tokens that have a column. */
  #columns() {
    const { vizData } = this.shown;
    const size = vizData[0].probs.length;
    if (size <= MOST_COLUMNS) {
      return Array.from({ length: size }, (_, id) => id);
    }
    const most = Array(size).fill(0);
    this.positions.forEach(({ nextId }, t) => {
      vizData[t].probs.forEach((p, id) => { most[id] = Math.max(most[id], p); });
      if (nextId !== null) {
        most[nextId] = Math.max(most[nextId], 0.5);
      }
    });
    return most.map((_, id) => id).sort((a, b) => most[b] - most[a]).slice(0, MOST_COLUMNS).sort((a, b) => a - b);
  }

  updated(changed) {
    super.updated(changed);
    const canvas = this.renderRoot.querySelector('.map canvas');
    if (this.shown !== null && canvas !== null) {
      this.#draw(canvas);
    }
  }

  #draw(canvas) {
    const first = Math.min(this.page, Math.ceil(this.positions.length / MOST_ROWS) - 1) * MOST_ROWS;
    const rows = this.positions.slice(first, first + MOST_ROWS);
    const columns = this.#columns();
    const width = canvas.parentElement.clientWidth;
    const scale = textScale(this);
    const [rowHeight, head, left] = [ROW, HEAD, LEFT].map((size) => size * scale);
    const right = (width < 420 ? NARROW_RIGHT : RIGHT) * scale;
    const cell = (width - left - right) / columns.length;
    this.#layout = { first, rows, columns, cell, rowHeight, head, left };
    const context = prepareCanvas(canvas, width, heightOf(rows.length, scale));
    const muted = theme.colour('--muted');
    const ink = theme.colour('--ink');
    const target = theme.colour('--data-2');
    const font = `${Math.min(12 * scale, cell + 2)}px monospace`;
    const probs = rows.map(({ t }) => this.probsAt(t));
    drawCells(context, probs.map((row) => columns.map((id) => row[id])),
      { x: left, y: head, width: cell * columns.length, height: rowHeight * rows.length, colour: sequential });

    context.textBaseline = 'middle';
    context.textAlign = 'center';
    context.font = font;
    context.fillStyle = muted;
    if (cell >= 6) {
      let end = 0; // of the last name; one that does not fit beside it is left out
      columns.forEach((id, c) => {
        const symbol = this.vocabulary.symbol(id);
        const name = symbol.length > 2 && cell < WIDE_CELL * scale ? '·' : tiny(symbol);
        const x = left + (c + 0.5) * cell;
        const half = context.measureText(name).width / 2;
        if (x - half >= end) {
          context.fillText(name, x, head / 2);
          end = x + half;
        }
      });
    }
    const longest = Math.max(Math.log(columns.length), ...this.positions.map(({ t }) => Math.min(20, this.lossAt(t) ?? 0)));
    const start = left + cell * columns.length + 10;
    const room = right - 10 - 38 * scale;
    context.fillText(t('columns.loss'), start + 16 * scale, head / 2);
    rows.forEach(({ t, read, nextId }, r) => {
      const y = head + (r + 0.5) * rowHeight;
      const isLooked = t === this.looked;
      context.font = `${isLooked ? 'bold ' : ''}${13 * scale}px monospace`;
      context.fillStyle = isLooked ? ink : muted;
      context.fillText(tiny(read), left / 2, y);
      const loss = this.lossAt(t);
      if (loss !== null) {
        context.fillStyle = target;
        context.fillRect(start, y - 5, Math.max(1, Math.min(1, loss / longest) * room), 10);
        context.fillStyle = isLooked ? ink : muted;
        context.font = `${11 * scale}px sans-serif`;
        context.textAlign = 'right';
        context.fillText(Number.isFinite(loss) ? fixed(loss, 2) : '∞', width - 2, y);
        context.textAlign = 'center';
      }
      const column = columns.indexOf(nextId);
      if (column >= 0) {
        context.strokeStyle = target;
        context.lineWidth = 2;
        context.strokeRect(left + column * cell + 1, y - rowHeight / 2 + 1, cell - 2, rowHeight - 2);
      }
      if (isLooked && columns.includes(this.hovered)) {
        context.strokeStyle = ink;
        context.lineWidth = 2;
        context.strokeRect(left + columns.indexOf(this.hovered) * cell, y - rowHeight / 2, cell, rowHeight);
      }
      if (isLooked) {
        context.strokeStyle = ink;
        context.lineWidth = 1;
        context.strokeRect(left - 0.5, y - rowHeight / 2 + 0.5, cell * columns.length + 1, rowHeight - 1);
      }
    });
  }

  #hover = (event) => {
    const { first, rows, columns, cell, rowHeight, head, left } = this.#layout;
    const r = Math.floor((event.offsetY - head) / rowHeight);
    const c = Math.floor((event.offsetX - left) / cell);
    const isRow = r >= 0 && r < rows.length;
    this.pointed = isRow ? first + r : null;
    this.hovered = isRow && c >= 0 && c < columns.length ? columns[c] : null;
  };

  /** A row of the map, or a part of the page. */
  spotOf(path, y) {
    const canvas = this.renderRoot.querySelector('.map canvas');
    if (path[0] !== canvas) {
      return super.spotOf(path, y);
    }
    const { head, rowHeight, rows } = this.#layout;
    const { left, top, width } = canvas.getBoundingClientRect();
    const row = Math.floor((y - top - head) / rowHeight);
    return row < 0 || row >= rows.length ? null : { left, top: top + head + row * rowHeight, width, height: rowHeight };
  }

  #leave = () => {
    this.hovered = null;
    this.pointed = null;
  };

  /** Moves from cell to cell; Enter keeps the probabilities of the position. */
  #key = (event) => {
    const { columns, first, rows } = this.#layout;
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] }[event.key] ?? [];
    if (down !== undefined) {
      event.preventDefault();
      const isInside = this.hovered !== null && this.pointed !== null;
      const t = isInside ? this.pointed + down : this.looked ?? first;
      const column = isInside ? columns.indexOf(this.hovered) + right : 0;
      this.pointed = Math.max(first, Math.min(first + rows.length - 1, t));
      this.hovered = columns[Math.max(0, Math.min(columns.length - 1, column))];
      this.spoken = this.#caption();
    } else if (event.key === 'Enter') {
      this.choosePointed(event);
    }
  };

  legend() {
    const { temperature, topK, topP } = this;
    return [
      { label: t('next.probability'), stops: RAMP, low: '0', high: '1' }, { label: t('next.actual'), kind: 'outline', colour: '--data-2' },
      { label: t('next.lossInNats'), kind: 'line', colour: '--data-2' },
      { label: t('next.sampling', { temperature: number(temperature), topK: topK || t('all'), topP: topP === 1 ? t('all') : number(topP) }), kind: 'text' },
      { label: t('next.axes', { unit: this.unit }), kind: 'text' },
    ];
  }

  table() {
    if (this.shown === null) {
      return null;
    }
    const { positions, shown, vocabulary, settings } = this;
    const losses = positions.map(({ t }) => this.lossAt(t));
    return {
      columns: [...['position', 'reads', 'next', 'loss'].map((name) => t(`columns.${name}`)), ...shown.vizData[0].probs.map((_, id) => `p(${vocabulary.uniqueName(id)})`)],
      get rows() {
        return positions.map(({ t, read, next }) => [t, read, next, losses[t],
          ...drawnFrom(shown.vizData[t].probs, settings)]);
      },
    };
  }
}

function percent(p) {
  return p > 0 && p < 0.0005 ? t('next.tiny', { number: fixed(0.1, 1) }) : t('percent', { number: fixed(100 * p, 1) });
}

customElements.define('mg-probabilities-panel', ProbabilitiesPanel);
