// The parameters panel: the weights of one matrix, their gradient and Adam's two moments, with one cursor for all four;
// and the distribution of the weights in the course of training.

import { css, html, nothing } from 'lit';

import { count, number, signed } from '../data/format.js';
import { labelOf } from '../data/model/character-labels.js';
import { texts } from '../data/texts.js';
import { MAP_KEYS, sideBySide } from '../components/heatmap.js'; // and <mg-heatmap>
import { percentileLimit } from '../components/palette.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { cellInQuery, queryValue, setQuery, setQuerySoon } from '../components/url-query.js';
import '../components/scale-bar.js';

const t = await texts('panels');

const KINDS = Object.fromEntries(['weight', 'gradient', 'm', 'v'].map((kind) => [kind, t(`parameters.kinds.${kind}`)]));
const VALUES_PER_MS = 100; // loaded, on average
const CELL = 'cell'; // in the URL: row and column
const SPOT = 'histogram-cell';
const BINS = 480; // that are loaded; neighbours are merged, and rare ones at the ends left out
const MOST_ROWS = 48;
const RARE = 0.005; // share of the weights at either end that may be left out
const HISTOGRAMS_EVERY = 2000; // ms
const LONGEST_HISTORY = 250; // keyframes in the picture

class ParametersPanel extends Panel {
  static heading = t('parameters.heading');
  static about = t('parameters.about');
  static keys = MAP_KEYS;

  static properties = {
    matrix: { state: true }, // its name; null for the first
    cursor: { state: true }, // {row, column}
    spot: { state: true }, // the cursor in the histograms
    spoken: { state: true }, // for screen readers
  };

  static styles = [Panel.styles, css`
    .facts { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-5); margin-bottom: var(--space-3); color: var(--muted); font-size: var(--text-s); }
    .facts strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .maps { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-4); }
    figure { min-width: 0; }
    figcaption { display: flex; justify-content: space-between; gap: var(--space-2); font-size: var(--text-s); font-weight: 600; }
    figcaption span { color: var(--muted); font-weight: 400; font-size: var(--text-xs); font-variant-numeric: tabular-nums; }
    mg-heatmap { height: 330px; margin: var(--space-1) 0 var(--space-2); }
    .maps mg-scale-bar { align-content: start; min-height: 3.2em; } /* with a line for the most extreme, or without */
    .flat mg-heatmap { height: 200px; }
    .readout { min-height: 1.6em; margin-top: var(--space-3); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .readout span { color: var(--muted); margin-right: var(--space-1); }
    .readout b { display: inline-block; min-width: 9ch; margin-right: var(--space-3); font-weight: 600; }
    h3 { margin-top: var(--space-4); font-size: var(--text-s); font-weight: 600; }
    .history mg-heatmap { height: 200px; }
    .history mg-scale-bar { max-width: 260px; }
    .history .line { display: flex; flex-wrap: wrap; justify-content: space-between; gap: var(--space-1) var(--space-4); }
    .history .readout { margin: 0; }
    .empty { display: grid; place-items: center; min-height: 200px; color: var(--muted); }
    @media (max-width: 1000px) { .maps { grid-template-columns: repeat(2, minmax(0, 1fr)); } mg-heatmap { height: 260px; } }
    @media (max-width: 600px) { .maps { gap: var(--space-3); } mg-heatmap { height: 220px; } }
  `];

  #matrices = new PolledQuery(this, () => this.live.api.matrices(this.live.name));
  #characters = new PolledQuery(this, () => this.live.api.embeddings(this.live.name));
  #numbers = new PolledQuery(this, (signal) => this.#loadNumbers(this.#shape.name, signal));
  #histograms = new PolledQuery(this, () => this.#loadHistograms(this.#shape.name));

  constructor() {
    super();
    this.matrix = queryValue('matrix');
    this.cursor = cellInQuery(CELL);
    this.spot = cellInQuery(SPOT);
    this.spoken = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    [this.#matrices, this.#characters, this.#numbers, this.#histograms].forEach((query) => query.cancel());
  }

  get step() {
    return this.#numbers.result?.kinds[0].step ?? super.step;
  }

  get #shape() {
    const matrices = this.#matrices.result ?? [];
    return matrices.find(({ name }) => name === this.matrix) ?? matrices[0];
  }

  willUpdate() {
    if (!this.view?.vocabSize) {
      return;
    }
    const { createdAt, numParams, vocabSize, step } = this.view;
    const model = `${createdAt} ${numParams} ${vocabSize}`;
    this.#matrices.request(model, null);
    const shape = this.#shape;
    if (shape === undefined) {
      return;
    }
    if (shape.rows === vocabSize) {
      this.#characters.request(model, null);
    }
    const { rows, columns, name } = shape;
    const every = Math.max(500, 4 * rows * columns / VALUES_PER_MS);
    this.#numbers.request(`${model} ${name} ${this.at}`, this.at ?? step, every);
    const { keyframes } = this.live;
    this.#histograms.request(`${model} ${name}`, `${keyframes.length} ${keyframes.at(-1)}`, Math.max(HISTOGRAMS_EVERY, every));
  }

  /** Loads all four kinds; one that is not available is null. */
  async #loadNumbers(name, signal) {
    const { api } = this.live;
    const step = this.at;
    const replies = await Promise.allSettled(
      Object.keys(KINDS).map((kind) => api.parameters(this.live.name, name, { kind, step }, signal)));
    if (replies[0].status === 'rejected') {
      throw replies[0].reason;
    }
    const { rows, columns } = replies[0].value;
    const kinds = replies.map(({ value }, i) => {
      if (value === undefined) {
        return null;
      }
      const isSquare = Object.keys(KINDS)[i] === 'v';
      const high = percentileLimit(value.values);
      const extreme = value.values.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
      return {
        ...value, palette: isSquare ? 'sequential' : 'diverging', low: isSquare || high === 0 ? 0 : -high, high,
        beyond: Math.abs(extreme) > high ? extreme : 0,
      };
    });
    return { name, rows, columns, kinds, rowLabels: this.#rowLabels(name, rows) };
  }

  #rowLabels(name, rows) {
    if (name === 'wpe') {
      return Array.from({ length: rows }, (_, i) => `${i}`);
    }
    const characters = this.#characters.result;
    if ((name !== 'wte' && name !== 'lm_head') || characters?.length !== rows) {
      return null;
    }
    return characters.map(({ char }, i) => (i === rows - 1 ? 'BOS' : labelOf(char)));
  }

  async #loadHistograms(name) {
    const { steps: all, counts, from, to } = await this.live.api.histograms(this.live.name, name, { bins: BINS });
    const every = Math.ceil(all.length / LONGEST_HISTORY);
    const isKept = (_, i) => (all.length - 1 - i) % every === 0;
    return { name, ...usualPart(counts.filter(isKept), from, (to - from) / BINS), steps: all.filter(isKept) };
  }

  // ---- rendering

  renderControls() {
    const matrices = this.#matrices.result;
    if (matrices === null) {
      return nothing;
    }
    return html`
      <label>${t('parameters.matrix')}
        <select @change=${(event) => this.#choose(event.target.value)}>
          ${matrices.map(({ name, rows, columns }) => html`
            <option value=${name} ?selected=${name === this.#shape.name}>${name} (${rows} × ${columns})</option>`)}
        </select>
      </label>`;
  }

  #choose(name) {
    this.matrix = name;
    this.cursor = null;
    this.spot = null;
    setQuery({ matrix: name === 'wte' ? null : name, [CELL]: null, [SPOT]: null });
  }

  renderBody() {
    const numbers = this.#numbers.result;
    if (!this.view.vocabSize || numbers === null) {
      return html`<p class="empty">${this.instead(this.view.vocabSize ? t('parameters.loading') : t('noModel'))}</p>`;
    }
    numbers.rowLabels ??= this.#rowLabels(numbers.name, numbers.rows);
    const isFlat = numbers.rows <= numbers.columns / 2;
    return html`
      ${this.#facts(numbers)}
      <div class="maps ${isFlat ? 'flat' : ''}">${numbers.kinds.map((kind, i) => this.#map(numbers, kind, i))}</div>
      <p class="readout" id="readout">${this.#readout(numbers)}</p>
      <span class="visually-hidden" role="status">${this.spoken}</span>
      ${this.#history()}`;
  }

  #facts({ name, rows, columns }) {
    const health = this.at === null
      ? this.live.diagnostics?.matrices.find((matrix) => matrix.name === name) : undefined;
    const fact = (label, apiName, value) => html`<span>${label} <code>${apiName}</code> <strong>${value}</strong></span>`;
    return html`
      <p class="facts">
        <span>${t.html('parameters.facts', { name: html`<strong>${name}</strong>`, rows, columns, meaning: rowMeaning(name, this.view.options.tokenizer) })}</span>
        ${health ? html`
          ${fact(t('health.updateRatio'), 'updateRatio', number(health.updateRatio))}
          ${fact(t('health.gradientNorm'), 'gradientNorm', number(health.gradientNorm))}
          ${fact(t('health.weightNorm'), 'weightNorm', number(health.weightNorm))}` : nothing}
      </p>`;
  }

  #map({ name, rows, columns, rowLabels }, kind, index) {
    const title = Object.values(KINDS)[index];
    if (kind === null) {
      return html`<figure><figcaption>${title}</figcaption><p class="hint">${t('parameters.unavailable')}</p></figure>`;
    }
    return html`
      <figure>
        <figcaption>${title} <span>${t('parameters.step', { step: kind.step })}</span></figcaption>
        <mg-heatmap .values=${kind.values} .rows=${rows} .columns=${columns} palette=${kind.palette}
          .low=${kind.low} .high=${kind.high} .rowLabels=${index === 0 || rowLabels?.length <= 40 ? rowLabels : null}
          .cursor=${this.cursor} .skipsTab=${index > 0}
          label=${t('parameters.map', { title, name, rows, columns, low: number(kind.low), high: number(kind.high) })}
          @cursor=${this.#moved}></mg-heatmap>
        <mg-scale-bar palette=${kind.palette} .low=${kind.low} .high=${kind.high} .beyond=${kind.beyond}></mg-scale-bar>
      </figure>`;
  }

  #moved = ({ detail: { row, column, byKey } }) => {
    this.cursor = { row, column };
    setQuerySoon({ [CELL]: `${row}.${column}` });
    const numbers = this.#numbers.result;
    if (byKey) {
      this.spoken = `${this.#place(numbers)}: ${this.#valuesAt(numbers).map(([kind, value]) => `${kind} ${value}`).join(', ')}`;
    }
  };

  #place({ rowLabels, name }) {
    const { row, column } = this.cursor;
    const kind = name === 'wpe' ? 'position' : rowLabels ? 'labelled' : 'row';
    return t('parameters.place', { kind, row, label: rowLabels?.[row] ?? '', column });
  }

  #valuesAt({ columns, kinds }) {
    const index = this.cursor.row * columns + this.cursor.column;
    return Object.values(KINDS).map((kind, i) => [kind, kinds[i] === null ? '–' : number(kinds[i].values[index], 6)]);
  }

  #readout(numbers) {
    const isInside = this.cursor !== null && this.cursor.row < numbers.rows && this.cursor.column < numbers.columns;
    if (!isInside) {
      return html`<span>${t('parameters.readout')}</span>`;
    }
    return html`<b>${this.#place(numbers)}</b>
      ${this.#valuesAt(numbers).map(([kind, value]) => html`<span>${kind}</span><b data-kind=${kind}>${value}</b>`)}`;
  }

  #history() {
    const histograms = this.#histograms.result;
    if (histograms === null || histograms.steps.length === 0) {
      return nothing;
    }
    const { name, steps, shares, high, rowLabels } = histograms;
    const looked = this.at === null ? -1 : steps.findLastIndex((step) => step <= this.at);
    return html`
      <div class="history">
        <h3>${t('parameters.overTime', { name })}</h3>
        <mg-heatmap .values=${shares} .rows=${rowLabels.length} .columns=${steps.length} palette="sequential" .low=${0} .high=${high}
          .rowLabels=${rowLabels} .columnLabels=${histograms.columnLabels ??= steps.map((step) => count(step))} .cursor=${this.spot} .outlined=${looked}
          label=${t('parameters.history', { name, steps: steps.length, last: String(steps.at(-1)) })}
          @cursor=${(event) => this.#spotted(event.detail)}></mg-heatmap>
        <div class="line">
          <p class="readout">${this.spot === null
            ? html`<span>${t('parameters.historyHint')}</span>`
            : this.#inBin(histograms)}</p>
          <mg-scale-bar palette="sequential" .low=${0} .high=${high} .format=${shareText}></mg-scale-bar>
        </div>
      </div>`;
  }

  #spotted({ row, column, byKey }) {
    this.spot = { row, column };
    setQuerySoon({ [SPOT]: `${row}.${column}` });
    if (byKey) {
      this.spoken = this.#inBin(this.#histograms.result);
    }
  }

  #inBin({ steps, bins, total, edge }) {
    const column = Math.min(this.spot.column, steps.length - 1);
    const row = Math.min(this.spot.row, bins.length - 1);
    const { first, end, counts } = bins[row];
    return t('parameters.bin', { step: steps[column], weights: counts[column], all: total, from: number(edge(first)), to: number(edge(end)) });
  }

  table() {
    const numbers = this.#numbers.result;
    if (numbers === null) {
      return null;
    }
    const { columns, kinds, rows, rowLabels } = numbers;
    return {
      columns: [t('columns.row'), t('columns.column'), ...Object.values(KINDS)],
      get rows() { // computed only when needed: there are many
        return Array.from({ length: rows * columns }, (_, i) => {
          const row = Math.floor(i / columns);
          return [rowLabels?.[row] ?? row, i % columns, ...kinds.map((kind) => kind?.values[i] ?? null)];
        });
      },
    };
  }

  legend() {
    const { name, kinds } = this.#numbers.result;
    return [{ label: name, kind: 'text' }, ...kinds.flatMap((kind, i) => kind === null ? [] : [{
      label: Object.values(KINDS)[i], palette: kind.palette, low: signed(kind.low), high: number(kind.high),
    }])];
  }

  picture() {
    const maps = [...this.renderRoot.querySelectorAll('.maps mg-heatmap')];
    return maps.length === 0 ? null : sideBySide(maps.map((map) => map.canvas));
  }
}

/**
 * The range of histograms that contains nearly all weights at every step: `bins` from the highest to the lowest, and
 * the square root of the share in each, in the order of a heat map.
 */
function usualPart(histograms, from, width) {
  const total = histograms[0]?.reduce((sum, n) => sum + n, 0) ?? 0;
  let first = BINS - 1;
  let last = 0;
  for (const counts of histograms) {
    let sum = 0;
    counts.forEach((n, bin) => {
      const before = sum;
      sum += n;
      if (n > 0 && sum > RARE * total && before < (1 - RARE) * total) {
        first = Math.min(first, bin);
        last = Math.max(last, bin);
      }
    });
  }
  const each = Math.max(1, Math.ceil((last + 1 - first) / MOST_ROWS));
  const bins = [];
  for (let bin = first; bin <= last; bin += each) {
    const end = Math.min(BINS, bin + each);
    bins.unshift({ first: bin, end, counts: histograms.map((counts) => counts.slice(bin, end).reduce((sum, n) => sum + n, 0)) });
  }
  const edge = (bin) => from + bin * width;
  const shares = Float64Array.from(bins.flatMap(({ counts }) => counts.map((n) => Math.sqrt(n / total))));
  return {
    total, bins, edge, shares, high: shares.reduce((a, b) => Math.max(a, b), 0),
    rowLabels: bins.map(({ first: bin, end }) => signed((edge(bin) + edge(end)) / 2, 2)),
  };
}

/** Formats the square root of a share as the share in percent. */
function shareText(root) {
  return t('percent', { number: number(100 * root * root, 2) });
}

/** What the rows of a matrix are. */
function rowMeaning(name, tokenizer) {
  if (name === 'wpe') {
    return 'position';
  }
  if (/_(gain|bias)$/.test(name)) {
    return 'number';
  }
  return name !== 'wte' && name !== 'lm_head' ? 'output' : tokenizer === 'bpe' ? 'token' : 'character';
}

customElements.define('mg-parameters-panel', ParametersPanel);
