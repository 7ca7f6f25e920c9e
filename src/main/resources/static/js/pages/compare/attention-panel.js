// The panel that shows the difference of the attention weights between two sessions on the same text, one map per
// head.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { number } from '../../data/format.js';
import { inputLabels, labelOf } from '../../data/model/character-labels.js';
import { BOS } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { MAP_KEYS, sideBySide } from '../../components/heatmap.js'; // and <mg-heatmap>
import { percentileLimit } from '../../components/palette.js';
import { Panel } from '../../components/panel.js';
import { PolledQuery } from '../../components/polled-query.js';
import { queryValue, setQuery, setQuerySoon, wholeNumberInQuery } from '../../components/url-query.js';
import { pairControls, pairStyles, signedText, whyNoPair } from './pair-picker.js';
import { textForm, textFormStyles } from './text-form.js';
import '../../components/scale-bar.js';

const t = await texts('compare');

const MIN_INTERVAL = 1500; // ms
const PAGE = 'maps'; // in the URL
const CELL = 'attention-cell'; // in the URL: head, row and column
const MOST_MAPS = 8; // at a time

class AttentionDifferencePanel extends Panel {
  static heading = t('attention.heading');
  static about = t('attention.about');
  static keys = MAP_KEYS;

  static properties = {
    layer: { state: true }, page: { state: true }, cursor: { state: true }, spoken: { state: true }, // cursor: {head, row, column}
  };

  static styles = [Panel.styles, pairStyles, textFormStyles, css`
    .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(150px, 100%), 1fr)); gap: var(--space-3); margin-bottom: var(--space-2); }
    figure { min-width: 0; }
    figcaption { font-size: var(--text-s); font-weight: 600; }
    mg-heatmap { height: 170px; margin-top: var(--space-1); }
    mg-scale-bar { max-width: 280px; }
    .pages { display: flex; align-items: center; gap: var(--space-2); margin-bottom: var(--space-2); font-size: var(--text-s); color: var(--muted); }
    .readout { min-height: 3.2em; margin-top: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .empty { display: grid; align-items: center; min-height: 80px; max-width: 60ch; color: var(--muted); }
  `];

  #traces = new PolledQuery(this, (signal) => this.#load(signal));

  constructor() {
    super();
    this.layer = /^\d+$/.test(queryValue('layer') ?? '') ? Number(queryValue('layer')) : 0;
    this.page = Math.max(1, wholeNumberInQuery(PAGE) ?? 1) - 1;
    const [, head, row, column] = (/^(\d+)\.(\d+)\.(\d+)$/.exec(queryValue(CELL) ?? '') ?? []).map(Number);
    this.cursor = column === undefined ? null : { head, row, column };
    this.spoken = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#traces.cancel();
  }

  get #queryKey() {
    const { pair, text } = this.live;
    return JSON.stringify([text, ...pair.map(({ name, startedAt, view }) => [name, startedAt, view.numParams])]);
  }

  /** Why nothing can be shown; null if something can. */
  get #problem() {
    const problem = whyNoPair(this.live);
    if (problem !== null) {
      return problem;
    }
    const [a, b] = this.live.pair;
    const shape = ({ name, view: { options: { nLayer, nHead } } }) => t('attention.shape', { name, nLayer, nHead });
    if (a.view.options.nLayer !== b.view.options.nLayer || a.view.options.nHead !== b.view.options.nHead) {
      return t('attention.unequal', { a: shape(a), b: shape(b) });
    }
    return this.live.text === '' ? t('attention.typeText') : null;
  }

  willUpdate() {
    if (this.live === undefined || this.#problem !== null) {
      this.failure = null; // it was about a session or a text that is no longer chosen
      return;
    }
    this.#traces.request(this.#queryKey, this.live.pair.map(({ view }) => view.step).join(), MIN_INTERVAL);
  }

  async #load(signal) {
    const { pair, text } = this.live;
    const key = this.#queryKey;
    const replies = await Promise.allSettled(pair.map(({ name }) => api.inspect(name, { text }, signal)));
    const failures = replies.map(({ reason }) => reason);
    const other = failures.find((error) => error !== undefined && error.code !== 'unknown_character');
    if (other !== undefined) {
      throw other;
    }
    const problems = failures.map((error, i) => error && t('problemOf', { name: pair[i].name, problem: error.message })).filter(Boolean);
    if (problems.length > 0) {
      return { key, problems };
    }
    const texts = await this.#tokens(pair, text);
    if (texts !== null && texts[0].join('\n') !== texts[1].join('\n')) {
      return { key, problems: [t('attention.tokensDiffer')] };
    }
    const [a, b] = replies.map(({ value }) => value.vizData.map(({ attentionWeights }) => attentionWeights));
    const size = Math.min(a.length, b.length);
    return { key, problems, pair, a, b, size, read: texts === null ? inputLabels(text, size) : ['BOS', ...texts[0].map(labelOf)].slice(0, size), layers: a[0].map((_, layer) => difference(a, b, size, layer)) };
  }

  /** The tokens of the text in both sessions; null if they are characters in both. */
  async #tokens(pair, text) {
    if (pair.every(({ view }) => view.options.tokenizer !== 'bpe')) {
      return null;
    }
    const replies = await Promise.all(pair.map(({ name }) => api.tokenize(name, text)));
    return replies.map(({ tokens }) => tokens.map((token) => token.text));
  }

  /** The newest result, if it is about the current choice. */
  get #shown() {
    const result = this.#traces.result;
    return this.live !== undefined && this.#problem === null && result?.key === this.#queryKey ? result : null;
  }

  #controls() {
    const layers = this.#shown?.layers?.length ?? 0;
    return html`
      <div class="pair">${pairControls(this.live)}
        ${layers < 2 ? nothing : html`
          <label>${t('attention.layer')}
            <select @change=${(event) => this.#choose(Number(event.target.value))}>
              ${Array.from({ length: layers }, (_, i) => html`<option value=${i} ?selected=${i === this.#layerOf(layers)}>${i + 1}</option>`)}
            </select>
          </label>`}
      </div>`;
  }

  #layerOf(layers) {
    return Math.min(this.layer, layers - 1);
  }

  #choose(layer) {
    this.layer = layer;
    setQuery({ layer: layer === 0 ? null : layer });
  }

  #turn(page) {
    this.page = page;
    setQuery({ [PAGE]: page === 0 ? null : page + 1 });
  }

  renderBody() {
    return html`${this.#controls()} ${textForm(this.live, t('attention.compare'))} ${this.#maps()}`;
  }

  #maps() {
    const problem = this.#problem;
    const shown = this.#shown;
    if (problem !== null || shown === null) {
      return html`<p class="empty">${problem ?? (this.failure ? '' : t('loading'))}</p>`;
    }
    if (shown.problems.length > 0) {
      return html`<p class="empty error">${shown.problems.join(' ')}</p>`;
    }
    const { heads, limit } = shown.layers[this.#layerOf(shown.layers.length)];
    const pages = Math.ceil(heads.length / MOST_MAPS);
    const page = Math.min(this.page, pages - 1);
    const first = page * MOST_MAPS;
    return html`
      ${pages === 1 ? nothing : html`
        <p class="pages">
          <button ?disabled=${page === 0} @click=${() => this.#turn(page - 1)}>${t('attention.previous')}</button>
          ${t('attention.range', { from: first + 1, to: Math.min(heads.length, first + MOST_MAPS), all: heads.length })}
          <button ?disabled=${page === pages - 1} @click=${() => this.#turn(page + 1)}>${t('attention.next')}</button></p>`}
      <div class="maps">${heads.slice(first, first + MOST_MAPS).map((values, i) => this.#map(shown, values, limit, first + i))}</div>
      <mg-scale-bar palette="diverging" .low=${-limit} .high=${limit}></mg-scale-bar>
      <p class="readout">${this.#isInside(shown) ? this.#words(shown) : html`<span class="muted">${t('readout')}</span>`}</p>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  #map({ pair, size, read }, values, limit, head) {
    const labels = [BOS, ...read.slice(1)];
    return html`
      <figure>
        <figcaption>${t('attention.head', { head: head + 1 })}</figcaption>
        <mg-heatmap .values=${values} .rows=${size} .columns=${size} palette="diverging" .low=${-limit} .high=${limit}
          .rowLabels=${labels} .columnLabels=${labels} .cursor=${this.cursor}
          label=${t('attention.map', { head: head + 1, a: pair[0].name, b: pair[1].name, size })}
          @cursor=${({ detail }) => this.#moved(head, detail)}></mg-heatmap>
      </figure>`;
  }

  #moved(head, { row, column, byKey }) {
    this.cursor = { head, row, column };
    setQuerySoon({ [CELL]: `${head}.${row}.${column}` });
    if (byKey) {
      this.spoken = this.#words(this.#shown);
    }
  }

  #isInside({ size, a }) {
    return this.cursor !== null && this.cursor.row < size && this.cursor.column < size && this.cursor.head < a[0][0].length;
  }

  #words({ a, b, pair, read, layers }) {
    const { head, row, column } = this.cursor;
    const layer = this.#layerOf(layers.length);
    const place = { layer: layer + 1, head: head + 1, row, read: read[row], column, seen: read[column] };
    if (column > row) {
      return t('attention.unseen', place);
    }
    const [ofA, ofB] = [a, b].map((trace) => trace[row][layer][head][column]);
    return t('attention.words', {
      ...place, a: pair[0].name, b: pair[1].name, ofA: number(ofA, 4), ofB: number(ofB, 4), difference: signedText(number(ofA - ofB, 4)),
    });
  }

  table() {
    const shown = this.#shown;
    if (!shown?.layers) {
      return null;
    }
    const { a, b, pair, size } = shown;
    return {
      columns: [...['layer', 'head', 'position', 'attendsTo'].map((name) => t(`columns.${name}`)), pair[0].name, pair[1].name, t('columns.difference')],
      get rows() { // computed only when needed
        const rows = [];
        for (let layer = 0; layer < a[0].length; layer++) {
          for (let head = 0; head < a[0][0].length; head++) {
            for (let row = 0; row < size; row++) {
              a[row][layer][head].forEach((weight, column) => {
                const other = b[row][layer][head][column];
                rows.push([layer + 1, head + 1, row, column, weight, other, weight - other]);
              });
            }
          }
        }
        return rows;
      },
    };
  }

  legend() {
    const { layers, pair: [a, b] } = this.#shown;
    const layer = this.#layerOf(layers.length);
    const limit = number(layers[layer].limit);
    return [{ label: t('attention.legend', { layer: layer + 1, a: a.name, b: b.name }), palette: 'diverging', low: `−${limit}`, high: limit }];
  }

  picture() {
    const maps = [...this.renderRoot.querySelectorAll('.maps mg-heatmap')];
    return maps.length === 0 ? null : sideBySide(maps.map((map) => map.canvas));
  }
}

/** One map per head of a layer, row by row, and their common limit; 0 where a position cannot attend. */
function difference(a, b, size, layer) {
  const heads = a[0][layer].map((_, head) => {
    const values = new Float64Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        values[row * size + column] = a[row][layer][head][column] - b[row][layer][head][column];
      }
    }
    return values;
  });
  return { heads, limit: percentileLimit(heads.flatMap((values) => [...values])) || 1 };
}

customElements.define('mg-compare-attention', AttentionDifferencePanel);
