// The embeddings panel: the vectors of characters or of positions, projected on the directions in which they differ most.

import { css, html, nothing, svg } from 'lit';

import { compact, fixed } from '../data/format.js';
import { addsPosition, architectureOf } from '../data/model/architecture.js';
import { labelOf } from '../data/model/character-labels.js';
import { nearest } from '../data/model/nearest-rows.js';
import { principalAxes, project, steadied } from '../data/model/pca.js';
import { texts } from '../data/texts.js';
import { sideBySide } from '../components/heatmap.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { prefersReducedMotion } from '../components/theme.js';
import { queryValue, setQuery, setQuerySoon, wholeNumberInQuery } from '../components/url-query.js';
import '../components/scatter.js';

const t = await texts('panels');

const NEIGHBOURS = 6;
const NONE = []; // the same one every time, so that the map is not drawn again
const MOST_SNAPSHOTS = 40;
const SNAPSHOT_VALUES = 2_000_000; // kept for the trails
const VALUES_PER_MS = 100; // loaded, on average
const BAR = 60;
const CHOSEN = 'embedding'; // in the URL: the index of the chosen one
const ANGLES = 'embeddings-angles'; // degrees
const DEGREE = Math.PI / 180;
const YAW = 0.6; // at first
const PITCH = 0.35;

class EmbeddingsPanel extends Panel {
  static heading = t('embeddings.heading');
  static about = t('embeddings.about');
  static keys = [['← →', t('embeddings.keys.choose')], ['Shift ← → ↑ ↓', t('embeddings.keys.rotate')]];

  static properties = {
    what: { state: true }, // `tokens` or `positions`
    dimensions: { state: true },
    chosen: { state: true }, // index; null
    showsTrails: { state: true },
    showsBos: { state: true }, // the token that marks beginning and end; it is usually far from the others
    turns: { state: true },
    angles: { state: true }, // {yaw, pitch}, see mg-scatter
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
    this.chosen = wholeNumberInQuery(CHOSEN);
    this.showsTrails = !query.includes('no-trails');
    this.showsBos = query.includes('bos');
    this.turns = !prefersReducedMotion() && !query.includes('still');
    this.angles = anglesInQuery();
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
      this.chosen = this.#model === null ? this.chosen : null; // at first, that of the URL
      this.#model = model;
      this.#snapshots = [];
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

  get step() {
    return this.#scene?.result.step ?? super.step;
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
      axes: shares.map((share, i) => t('embeddings.axisShare', { axis: i + 1, share: Math.round(100 * share) })),
    };
  }

  // ---- rendering

  renderControls() {
    return html`
      <label><span class="visually-hidden">${t('embeddings.of')}</span>
        <select @change=${(event) => this.#change({ what: event.target.value, chosen: null })}>
          <option value="tokens" ?selected=${this.what === 'tokens'}>${t('embeddings.characters')}</option>
          ${this.#hasPositions ? html`<option value="positions" ?selected=${this.what === 'positions'}>${t('embeddings.positions')}</option>` : nothing}
        </select></label>
      <label><span class="visually-hidden">${t('embeddings.dimensions')}</span>
        <select @change=${(event) => this.#change({ dimensions: Number(event.target.value) })}>
          <option value="2" ?selected=${this.dimensions === 2}>2-D</option>
          <option value="3" ?selected=${this.dimensions === 3}>3-D</option>
        </select></label>
      <label><input type="checkbox" .checked=${this.showsTrails}
        @change=${(event) => this.#change({ showsTrails: event.target.checked })}>${t('embeddings.trails')}</label>
      ${this.what === 'tokens' ? html`
        <label><input type="checkbox" .checked=${this.showsBos}
          @change=${(event) => this.#change({ showsBos: event.target.checked })}>BOS</label>` : nothing}
      ${this.dimensions === 3 && !prefersReducedMotion() ? html`
        <label><input type="checkbox" .checked=${this.turns} @change=${(event) => this.#rotate(event.target.checked)}>${t('embeddings.rotate')}</label>` : nothing}`;
  }

  #change(changes) {
    Object.assign(this, changes);
    const query = [this.what === 'positions' && 'positions', this.dimensions === 3 && '3d', this.showsBos && 'bos',
      !this.showsTrails && 'no-trails', !this.turns && !prefersReducedMotion() && 'still'].filter(Boolean).join('-');
    setQuery({ embeddings: query || null, [CHOSEN]: this.chosen });
  }

  #rotate(turns) {
    this.#change({ turns });
    setQuery({ [ANGLES]: turns ? null : this.#anglesInUrl });
  }

  /** From where the picture in three dimensions is seen; the URL holds it while the picture stands still. */
  #turned({ detail }) {
    this.angles = detail;
    if (!this.turns) {
      setQuerySoon({ [ANGLES]: this.#anglesInUrl });
    }
  }

  get #anglesInUrl() {
    const { yaw, pitch } = this.renderRoot.querySelector('mg-scatter')?.angles ?? this.angles;
    return [yaw, pitch].map((angle) => Math.round(angle / DEGREE)).join(',');
  }

  renderBody() {
    const scene = this.#scene;
    if (!this.view.vocabSize || scene === null) {
      return html`<p class="empty">${this.instead(this.view.vocabSize ? t('embeddings.loading') : t('noModel'))}</p>`;
    }
    const { result, shares, points, trails, axes, since, isBosLeftOut } = scene;
    const neighbours = this.chosen === null || !points[this.chosen] ? [] : nearest(result.rows, this.chosen, NEIGHBOURS);
    const explained = Math.round(100 * shares.reduce((sum, share) => sum + share, 0));
    const isTrailed = this.showsTrails && since < result.step;
    return html`
      <p class="facts">
        <span>${t.html('embeddings.explained', {
          axes: shares.length, share: html`<strong>${t('percent', { number: explained })}</strong>`, vectors: points.length, numbers: result.rows[0].length, isBosLeftOut,
        })}</span>
        <span>${t('embeddings.step', { step: result.step, isTrailed, since: compact(since) })}</span>
      </p>
      <mg-scatter .points=${points} .trails=${this.showsTrails ? trails : null} .axes=${axes} .chosen=${this.chosen}
        .related=${neighbours.length === 0 ? NONE : neighbours.map(({ index }) => index)} .joined=${result.what === 'positions'} .turns=${this.turns} .angles=${this.angles}
        label=${t('embeddings.map', { what: result.what, axes: shares.length, share: explained, isSpace: this.dimensions === 3 })}
        @choose=${this.#choose} @turned=${this.#turned}></mg-scatter>
      <div class="neighbours">${neighbours.length === 0
        ? html`<p class="muted">${t('embeddings.hint', { what: result.what })}</p>`
        : this.#neighbours(result, neighbours)}</div>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  #neighbours({ labels }, neighbours) {
    return html`
      <p>${t.html('embeddings.similar', { label: html`<strong>${labels[this.chosen]}</strong>`, muted: (words) => html`<span class="muted">${words}</span>` })}</p>
      <ol>${neighbours.map(({ index, similarity }) => html`
        <li><b>${labels[index]}</b>
          <svg viewBox="0 0 ${BAR} 8" preserveAspectRatio="none" aria-hidden="true">${svg`
            <rect class=${similarity < 0 ? 'opposite' : ''} width=${(BAR * Math.abs(similarity)).toFixed(1)} height="8" />`}</svg>
          <span>${fixed(similarity, 2).replace('-', '−')}</span></li>`)}</ol>`;
  }

  #choose = ({ detail: { index, byKey } }) => {
    this.chosen = index;
    setQuerySoon({ [CHOSEN]: index });
    if (byKey && index !== null) {
      const { rows, labels } = this.#scene.result;
      const like = nearest(rows, index, 3).map(({ index: i, similarity }) => `${labels[i]} ${fixed(similarity, 2)}`);
      this.spoken = t('embeddings.spoken', { label: labels[index], like: like.join('; ') });
    }
  };

  table() {
    const scene = this.#scene;
    if (scene === null) {
      return null;
    }
    const { result, points, shares } = scene;
    return {
      columns: [t('embeddings.one', { what: result.what }), ...shares.map((_, i) => t('embeddings.axis', { axis: i + 1 })), t('embeddings.mostSimilar'), t('embeddings.cosine')],
      get rows() {
        return points.map(({ label, at }, i) => {
          const [first] = nearest(result.rows, i, 1);
          return [label, ...at.slice(0, shares.length), first ? result.labels[first.index] : null, first?.similarity ?? null];
        });
      },
    };
  }

  legend() {
    const scene = this.#scene;
    return scene === null ? [] : [
      ...scene.shares.map((share, i) => ({ label: t('embeddings.axisVariance', { axis: i + 1, share: Math.round(100 * share) }), kind: 'text' })),
      ...(this.chosen === null ? [] : [{ label: t('embeddings.chosen'), kind: 'dot', colour: '--data-2' }, { label: t('embeddings.mostSimilar'), kind: 'dot', colour: '--data-1' }]),
    ];
  }

  picture() {
    const map = this.renderRoot.querySelector('mg-scatter');
    return map === null ? null : sideBySide([map.canvas]);
  }
}

/** From where the picture is seen, in radians. */
function anglesInQuery() {
  const [yaw, pitch] = /^(-?\d{1,6}),(-?\d{1,2})$/.exec(queryValue(ANGLES) ?? '')?.slice(1).map((angle) => Number(angle) * DEGREE) ?? [];
  return pitch === undefined ? { yaw: YAW, pitch: PITCH } : { yaw, pitch };
}

customElements.define('mg-embeddings-panel', EmbeddingsPanel);
