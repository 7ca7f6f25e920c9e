// The panel that shows the difference of one parameter matrix between two sessions, cell by cell.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count, number } from '../../data/format.js';
import { labelOf } from '../../data/model/character-labels.js';
import { texts } from '../../data/texts.js';
import { MAP_KEYS } from '../../components/heatmap.js'; // and <mg-heatmap>
import { percentileLimit } from '../../components/palette.js';
import { Panel } from '../../components/panel.js';
import { PolledQuery } from '../../components/polled-query.js';
import { cellInQuery, queryValue, setQuery, setQuerySoon } from '../../components/url-query.js';
import { pairControls, pairStyles, signedText, whyNoPair } from './pair-picker.js';
import '../../components/scale-bar.js';

const t = await texts('compare');

const MIN_INTERVAL = 1500; // ms
const CELL = 'cell'; // in the URL: row and column
const VALUES_PER_MS = 100; // loaded, on average

const bold = (value) => html`<strong>${value}</strong>`;

class ParameterDifferencePanel extends Panel {
  static heading = t('parameters.heading');
  static about = t('parameters.about');
  static keys = MAP_KEYS;

  static properties = { matrix: { state: true }, cursor: { state: true }, spoken: { state: true } };

  static styles = [Panel.styles, pairStyles, css`
    .facts { margin-bottom: var(--space-2); color: var(--muted); font-size: var(--text-s); }
    .facts strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    mg-heatmap { height: 320px; margin-bottom: var(--space-2); }
    mg-scale-bar { max-width: 280px; }
    .readout { min-height: 3.2em; margin-top: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .empty { display: grid; align-items: center; min-height: 120px; max-width: 60ch; color: var(--muted); }
  `];

  #matrices = new PolledQuery(this, (signal) => this.#loadMatrices(signal));
  #numbers = new PolledQuery(this, (signal) => this.#loadNumbers(signal));

  constructor() {
    super();
    this.matrix = queryValue('matrix');
    this.cursor = cellInQuery(CELL);
    this.spoken = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#matrices.cancel();
    this.#numbers.cancel();
  }

  /** A key of the two models. */
  get #model() {
    return this.live.pair.map(({ name, startedAt, view }) => `${name} ${startedAt} ${view.numParams} ${view.vocabSize}`).join(' ');
  }

  /** {a, b}, the shapes of the chosen matrix in both; b is undefined where there is none of that name. */
  get #shapes() {
    const known = this.#matrices.result;
    if (known === null || known.model !== this.#model) {
      return null;
    }
    const a = known.a.find(({ name }) => name === this.matrix) ?? known.a[0];
    return { a, b: known.b.find(({ name }) => name === a.name) };
  }

  willUpdate() {
    if (this.live === undefined || whyNoPair(this.live) !== null) {
      this.failure = null; // it was about a session that is no longer chosen
      return;
    }
    const model = this.#model;
    this.#matrices.request(model, null);
    const shapes = this.#shapes;
    if (shapes !== null && agree(shapes)) {
      const { name, rows, columns } = shapes.a;
      const every = Math.max(MIN_INTERVAL, 2 * rows * columns / VALUES_PER_MS);
      this.#numbers.request(`${model} ${name}`, this.live.pair.map(({ view }) => view.step).join(), every);
    }
  }

  async #loadMatrices(signal) {
    const { pair } = this.live;
    const model = this.#model;
    const [a, b] = await Promise.all(pair.map(({ name }) => api.matrices(name, signal)));
    const [charactersOfA, charactersOfB] = await Promise.all(pair.map(async ({ name }) =>
      (await api.embeddings(name, {}, signal)).map(({ char }, i, all) => (i === all.length - 1 ? 'BOS' : labelOf(char)))));
    return { model, a, b, charactersOfA, charactersOfB };
  }

  async #loadNumbers(signal) {
    const { pair } = this.live;
    const { name } = this.#shapes.a;
    const model = this.#model;
    const [a, b] = await Promise.all(pair.map((entry) => api.parameters(entry.name, name, { kind: 'weight' }, signal)));
    const values = a.values.map((value, i) => value - b.values[i]);
    const limit = percentileLimit(values);
    const extreme = values.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const size = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    return { model, name, pair, a, b, rows: a.rows, columns: a.columns, values, limit, size, beyond: Math.abs(extreme) > limit ? extreme : 0 };
  }

  #controls(shapes) {
    return html`
      <div class="pair">${pairControls(this.live)}
        ${shapes === null ? nothing : html`
          <label>${t('parameters.matrix')}
            <select @change=${(event) => this.#choose(event.target.value)}>
              ${this.#matrices.result.a.map(({ name }) => html`<option value=${name} ?selected=${name === shapes.a.name}>${name}</option>`)}
            </select>
          </label>`}
      </div>`;
  }

  #choose(name) {
    this.matrix = name;
    this.cursor = null;
    setQuery({ matrix: name === 'wte' ? null : name, [CELL]: null });
  }

  renderBody() {
    const problem = whyNoPair(this.live);
    const shapes = problem === null ? this.#shapes : null;
    return html`${this.#controls(shapes)} ${this.#content(problem, shapes)}`;
  }

  #content(problem, shapes) {
    if (problem !== null || shapes === null) {
      return html`<p class="empty">${problem ?? t('parameters.loadingMatrices')}</p>`;
    }
    const [a, b] = this.live.pair;
    if (!agree(shapes)) {
      return html`<p class="empty">${disagreement(shapes, a.name, b.name)}</p>`;
    }
    const numbers = this.#shown;
    if (numbers === null) {
      return html`<p class="empty">${t('parameters.loadingNumbers')}</p>`;
    }
    const { rows, columns, values, limit, size, beyond } = numbers;
    const labels = this.#rowLabels;
    return html`
      <p class="facts">${t.html('parameters.facts', {
        matrix: bold(numbers.name), rows, columns, a: a.name, b: b.name, stepOfA: bold(count(numbers.a.step)), stepOfB: bold(count(numbers.b.step)), size: bold(number(size)),
      })} ${this.#otherCharacters}</p>
      <mg-heatmap .values=${values} .rows=${rows} .columns=${columns} palette="diverging" .low=${-limit} .high=${limit}
        .rowLabels=${labels} .cursor=${this.cursor}
        label=${t('parameters.map', { matrix: numbers.name, a: a.name, b: b.name, rows, columns, low: number(-limit), high: number(limit) })}
        @cursor=${this.#moved}></mg-heatmap>
      <mg-scale-bar palette="diverging" .low=${limit === 0 ? 0 : -limit} .high=${limit} .beyond=${beyond}></mg-scale-bar>
      <p class="readout">${this.#inside(numbers) ? this.#words(numbers) : html`<span class="muted">${t('readout')}</span>`}</p>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  /** The numbers, if they are those of the pair and the matrix that are chosen. */
  get #shown() {
    const numbers = this.#numbers.result;
    return numbers !== null && numbers.model === this.#model && numbers.name === this.#shapes?.a.name ? numbers : null;
  }

  get #isByCharacter() {
    return ['wte', 'lm_head'].includes(this.#shapes.a.name);
  }

  get #rowLabels() {
    if (this.#shapes.a.name === 'wpe') {
      return Array.from({ length: this.#shapes.a.rows }, (_, i) => `${i}`);
    }
    return this.#isByCharacter ? this.#matrices.result.charactersOfA : null;
  }

  /** A row stands for one character in A and for another in B. */
  get #otherCharacters() {
    const { charactersOfA, charactersOfB } = this.#matrices.result;
    const row = this.#isByCharacter ? charactersOfA.findIndex((char, i) => char !== charactersOfB[i]) : -1;
    return row < 0 ? nothing
      : t('parameters.alphabets', { row, ofA: charactersOfA[row], ofB: charactersOfB[row] ?? '' });
  }

  #moved = ({ detail: { row, column, byKey } }) => {
    this.cursor = { row, column };
    setQuerySoon({ [CELL]: `${row}.${column}` });
    if (byKey) {
      this.spoken = this.#words(this.#shown);
    }
  };

  #inside({ rows, columns }) {
    return this.cursor !== null && this.cursor.row < rows && this.cursor.column < columns;
  }

  #words({ columns, values, a, b, pair }) {
    const { row, column } = this.cursor;
    const index = row * columns + column;
    const label = this.#rowLabels?.[row];
    const kind = this.#isByCharacter ? 'character' : this.#shapes.a.name === 'wpe' ? 'position' : 'row';
    const text = (value) => number(value, 6).replace(/^-/, '−');
    return t('parameters.words', {
      kind, row, label: label ?? '', column, a: pair[0].name, b: pair[1].name, ofA: text(a.values[index]), ofB: text(b.values[index]),
      difference: signedText(number(values[index], 6)),
    });
  }

  table() {
    const numbers = this.live !== undefined && whyNoPair(this.live) === null ? this.#shown : null;
    if (numbers === null) {
      return null;
    }
    const { columns, values, a, b, pair } = numbers;
    return {
      columns: [t('columns.row'), t('columns.column'), pair[0].name, pair[1].name, t('columns.difference')],
      get rows() { // computed only when needed: there are many
        return values.map((value, i) => [Math.floor(i / columns), i % columns, a.values[i], b.values[i], value]);
      },
    };
  }

  legend() {
    const { name, limit } = this.#shown;
    const [a, b] = this.live.pair;
    return [{ label: t('parameters.legend', { matrix: name, a: a.name, b: b.name }), palette: 'diverging', low: `−${number(limit)}`, high: number(limit) }];
  }

  picture() {
    return this.renderRoot.querySelector('mg-heatmap')?.canvas ?? null;
  }
}

function agree({ a, b }) {
  return b !== undefined && a.rows === b.rows && a.columns === b.columns;
}

function disagreement({ a, b }, nameOfA, nameOfB) {
  return b === undefined
    ? t('parameters.noMatrix', { name: nameOfB, matrix: a.name })
    : t('parameters.shapes', { matrix: a.name, a: nameOfA, b: nameOfB, rowsOfA: a.rows, columnsOfA: a.columns, rowsOfB: b.rows, columnsOfB: b.columns });
}

customElements.define('mg-compare-parameters', ParameterDifferencePanel);
