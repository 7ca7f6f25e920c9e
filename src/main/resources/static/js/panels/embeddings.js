// The embeddings panel: the vectors of characters or of positions, projected on the directions in which they differ most.

import { css, html, nothing, svg } from 'lit';

import { compact, count } from '../data/format.js';
import { addsPosition, architectureOf } from '../data/model/architecture.js';
import { labelOf } from '../data/model/character-labels.js';
import { nearest } from '../data/model/nearest-rows.js';
import { principalAxes, project, steadied } from '../data/model/pca.js';
import { sideBySide } from '../components/heatmap.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { prefersReducedMotion } from '../components/theme.js';
import { queryValue, setQuery } from '../components/url-query.js';
import '../components/scatter.js';

const NEIGHBOURS = 6;
const MOST_SNAPSHOTS = 40;
const SNAPSHOT_VALUES = 2_000_000; // kept for the trails
const VALUES_PER_MS = 100; // loaded, on average
const BAR = 60;

class EmbeddingsPanel extends Panel {
  static heading = 'Embeddings';
  static about = 'Each character, or each position, is a vector that the model learns. The picture shows the two or three '
    + 'directions in which these vectors differ most (principal components), rotated so that the picture changes little from step '
    + 'to step. Points that are close in the picture may be far apart in other directions: the list of neighbours compares whole vectors.';
  static keys = [['← →', 'on the embeddings: choose the previous or the next one'], ['Shift ← → ↑ ↓', 'on the embeddings in 3-D: rotate them']];

  static properties = {
    what: { state: true }, // `tokens` or `positions`
    dimensions: { state: true },
    chosen: { state: true }, // index; null
    showsTrails: { state: true },
    showsBos: { state: true }, // the token that marks beginning and end; it is usually far from the others
    turns: { state: true },
    spoken: { state: true }, // for screen readers
  };

  static styles = [Panel.styles, css`
    mg-scatter { height: 380px; margin-top: var(--space-2); }
    .controls select { width: auto; }
    .facts { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 var(--space-4); color: var(--muted); font-size: var(--text-s); }
    .facts strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .neighbours { min-height: 92px; margin-top: var(--space-2); font-size: var(--text-s); }
    .neighbours ol { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--space-1) var(--space-4); margin-top: var(--space-1); }
    .neighbours li { display: grid; grid-template-columns: 5ch 1fr 5ch; align-items: center; gap: var(--space-2); }
    .neighbours b { overflow: hidden; }
    .neighbours svg { display: block; width: 100%; height: 8px; }
    .neighbours rect { fill: var(--data-1); }
    .neighbours .opposite { fill: var(--data-2); }
    .neighbours li span { text-align: right; font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; min-height: 380px; color: var(--muted); }
    @media (max-width: 600px) { mg-scatter { height: 320px; } .neighbours ol { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  #vectors = new PolledQuery(this, () => this.#load());
  #used = null; // the result that is in the picture
  #snapshots = []; // results of several steps, by step
  #model = null; // a key of the model that they are of
  #bases = new Map(); // the axes that are shown, for each kind of picture
  #scene = null;

  constructor() {
    super();
    const query = queryValue('embeddings') ?? '';
    this.what = query.includes('positions') ? 'positions' : 'tokens';
    this.dimensions = query.includes('3d') ? 3 : 2;
    this.chosen = null;
    this.showsTrails = true;
    this.showsBos = query.includes('bos');
    this.turns = !prefersReducedMotion();
    this.spoken = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#vectors.cancel();
  }

  willUpdate(changed) {
    if (!this.view?.vocabSize) {
      return;
    }
    const { createdAt, numParams, vocabSize, step, options } = this.view;
    if (!this.#hasPositions) {
      this.what = 'tokens';
    }
    const model = `${createdAt} ${numParams} ${this.what}`;
    if (model !== this.#model) {
      this.#model = model;
      this.#snapshots = [];
      this.chosen = null;
    }
    const rows = this.what === 'tokens' ? vocabSize : options.blockSize;
    this.#vectors.request(`${model} ${this.at}`, this.at ?? step, Math.max(500, rows * options.nEmbd / VALUES_PER_MS));
    const { result } = this.#vectors;
    if (result !== null && (result !== this.#used || ['dimensions', 'showsBos'].some((name) => changed.has(name)))) {
      if (result !== this.#used) {
        this.#remember(result);
      }
      this.#used = result;
      this.#scene = this.#sceneOf(result);
    }
  }

  /** Whether positions have embeddings. */
  get #hasPositions() {
    return addsPosition(architectureOf(this.view?.options ?? {}));
  }

  async #load() {
    const { what, at, live } = this;
    const query = at === null ? {} : { step: at };
    const step = at ?? this.view.step; // at the time of the request; training may be further
    if (what === 'tokens') {
      const all = await live.api.embeddings(live.name, query);
      return {
        what, at, step, rows: all.map(({ embedding }) => embedding),
        labels: all.map(({ char }, i) => (i === all.length - 1 ? 'BOS' : labelOf(char))),
      };
    }
    const rows = await live.api.positions(live.name, query);
    return { what, at, step, rows, labels: rows.map((_, i) => `${i}`) };
  }

  /** Keeps the newest results for the trails. */
  #remember(result) {
    const { rows, step, at } = result;
    const others = this.#snapshots.filter((other) =>
      other.what === result.what && other.rows.length === rows.length && other.rows[0].length === rows[0].length
      && other.step !== step && (at !== null || other.step < step)); // later ones are of the training before a restart
    const most = Math.max(1, Math.min(MOST_SNAPSHOTS, Math.floor(SNAPSHOT_VALUES / (rows.length * rows[0].length))));
    this.#snapshots = [...others, result].sort((a, b) => a.step - b.step).slice(-most);
  }

  /** The picture of a result: steady axes, points and trails. */
  #sceneOf(result) {
    const { what, step } = result;
    const isBosLeftOut = what === 'tokens' && !this.showsBos && result.rows.length > 2;
    const rows = isBosLeftOut ? result.rows.slice(0, -1) : result.rows; // it is the last one
    const kind = `${what} ${this.dimensions}`;
    const shown = this.#bases.get(kind) ?? [];
    const { mean, axes, total } = principalAxes(rows, this.dimensions, shown);
    const basis = steadied(axes, shown);
    this.#bases.set(kind, basis);
    const flat = (at) => (at.length < this.dimensions ? [...at, ...new Array(this.dimensions - at.length).fill(0)] : at);
    const at = rows.map((row) => flat(project(row, mean, basis)));
    const shares = basis.map((_, i) => at.reduce((sum, place) => sum + place[i] ** 2, 0) / rows.length / (total || 1));
    const past = this.#snapshots.filter((snapshot) => snapshot.step <= step);
    return {
      result, shares, isBosLeftOut,
      points: at.map((place, i) => ({ label: result.labels[i], at: place })),
      trails: rows.map((_, i) => past.map((snapshot) => flat(project(snapshot.rows[i], mean, basis)))),
      since: past[0]?.step ?? step,
      axes: shares.map((share, i) => `axis ${i + 1}: ${Math.round(100 * share)}%`),
    };
  }

  // ---- rendering

  renderControls() {
    return html`
      <label><span class="visually-hidden">Embeddings of</span>
        <select @change=${(event) => this.#change({ what: event.target.value, chosen: null })}>
          <option value="tokens" ?selected=${this.what === 'tokens'}>characters</option>
          ${this.#hasPositions ? html`<option value="positions" ?selected=${this.what === 'positions'}>positions</option>` : nothing}
        </select></label>
      <label><span class="visually-hidden">Dimensions</span>
        <select @change=${(event) => this.#change({ dimensions: Number(event.target.value) })}>
          <option value="2" ?selected=${this.dimensions === 2}>2-D</option>
          <option value="3" ?selected=${this.dimensions === 3}>3-D</option>
        </select></label>
      <label><input type="checkbox" .checked=${this.showsTrails}
        @change=${(event) => { this.showsTrails = event.target.checked; }}>trails</label>
      ${this.what === 'tokens' ? html`
        <label><input type="checkbox" .checked=${this.showsBos}
          @change=${(event) => this.#change({ showsBos: event.target.checked })}>BOS</label>` : nothing}
      ${this.dimensions === 3 && !prefersReducedMotion() ? html`
        <label><input type="checkbox" .checked=${this.turns} @change=${(event) => { this.turns = event.target.checked; }}>rotate</label>` : nothing}`;
  }

  #change(changes) {
    Object.assign(this, changes);
    const query = [this.what === 'positions' && 'positions', this.dimensions === 3 && '3d', this.showsBos && 'bos'].filter(Boolean).join('-');
    setQuery({ embeddings: query || null });
  }

  renderBody() {
    const scene = this.#scene;
    if (!this.view.vocabSize || scene === null) {
      return html`<p class="empty">${this.instead(this.view.vocabSize ? 'Loading the embeddings …' : 'There is no model without documents.')}</p>`;
    }
    const { result, shares, points, trails, axes, since, isBosLeftOut } = scene;
    const neighbours = this.chosen === null || !points[this.chosen] ? [] : nearest(result.rows, this.chosen, NEIGHBOURS);
    const explained = Math.round(100 * shares.reduce((sum, share) => sum + share, 0));
    const isTrailed = this.showsTrails && since < result.step;
    return html`
      <p class="facts">
        <span>${shares.length} axes explain <strong>${explained}%</strong> of the variance of ${count(points.length)}
          vectors of ${count(result.rows[0].length)} numbers${isBosLeftOut ? ', without BOS' : nothing}</span>
        <span>step ${count(result.step)}${isTrailed ? `, trails from ${compact(since)}` : ''}</span>
      </p>
      <mg-scatter .points=${points} .trails=${this.showsTrails ? trails : null} .axes=${axes} .chosen=${this.chosen}
        .related=${neighbours.map(({ index }) => index)} .joined=${result.what === 'positions'} .turns=${this.turns}
        label="Embeddings of the ${result.what === 'tokens' ? 'characters' : 'positions'} along ${shares.length} axes that explain ${explained}% of their variance; the arrow keys choose one${this.dimensions === 3 ? ', Shift and the arrow keys rotate the picture' : ''}"
        @choose=${this.#choose}></mg-scatter>
      <div class="neighbours">${neighbours.length === 0
        ? html`<p class="muted">Tap or point at ${result.what === 'tokens' ? 'a character' : 'a position'} to see which others are most similar.</p>`
        : this.#neighbours(result, neighbours)}</div>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  #neighbours({ labels }, neighbours) {
    return html`
      <p>Most similar to <strong>${labels[this.chosen]}</strong>, <span class="muted">by cosine similarity:</span></p>
      <ol>${neighbours.map(({ index, similarity }) => html`
        <li><b>${labels[index]}</b>
          <svg viewBox="0 0 ${BAR} 8" preserveAspectRatio="none" aria-hidden="true">${svg`
            <rect class=${similarity < 0 ? 'opposite' : ''} width=${(BAR * Math.abs(similarity)).toFixed(1)} height="8" />`}</svg>
          <span>${similarity.toFixed(2).replace('-', '−')}</span></li>`)}</ol>`;
  }

  #choose = ({ detail: { index, byKey } }) => {
    this.chosen = index;
    if (byKey && index !== null) {
      const { rows, labels } = this.#scene.result;
      const like = nearest(rows, index, 3).map(({ index: i, similarity }) => `${labels[i]} ${similarity.toFixed(2)}`);
      this.spoken = `${labels[index]}: most similar to ${like.join(', ')}`;
    }
  };

  table() {
    const scene = this.#scene;
    if (scene === null) {
      return null;
    }
    const { result, points, shares } = scene;
    return {
      columns: [result.what === 'tokens' ? 'character' : 'position', ...shares.map((_, i) => `axis ${i + 1}`), 'most similar', 'cosine similarity'],
      get rows() {
        return points.map(({ label, at }, i) => {
          const [first] = nearest(result.rows, i, 1);
          return [label, ...at.slice(0, shares.length).map((x) => x.toFixed(4)), first ? result.labels[first.index] : '', first?.similarity.toFixed(4) ?? ''];
        });
      },
    };
  }

  legend() {
    const scene = this.#scene;
    return scene === null ? [] : [
      ...scene.shares.map((share, i) => ({ label: `axis ${i + 1}: ${Math.round(100 * share)}% of the variance`, kind: 'text' })),
      ...(this.chosen === null ? [] : [{ label: 'chosen', kind: 'dot', colour: '--data-2' }, { label: 'most similar', kind: 'dot', colour: '--data-1' }]),
    ];
  }

  picture() {
    const map = this.renderRoot.querySelector('mg-scatter');
    return map === null ? null : sideBySide([map.canvas]);
  }
}

customElements.define('mg-embeddings-panel', EmbeddingsPanel);
