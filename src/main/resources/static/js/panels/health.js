// The panel of training health: for each parameter matrix, the size of its gradient and of its updates relative to its
// size; for each layer, how many MLP units are inactive.

import { css, html, nothing, svg } from 'lit';

import { CoalescedCall } from '../data/coalesced-call.js';
import { columnOf, number } from '../data/format.js';
import { canComputePastHealth, deadUnits, matrixHealthAt } from '../data/training-health.js';
import { texts } from '../data/texts.js';
import { Panel } from '../components/panel.js';

const t = await texts('panels');

const GRADIENT = { low: -5, high: 1 }; // powers of ten that a bar spans
const RATIO = { low: -6, high: 0, usual: -3 };
const HISTORY = 60_000; // ms
const HISTORY_INTERVAL = 500; // ms between two entries

const WIDTH = 120;

/** The position of a value in a bar. */
function place(value, { low, high }) {
  const power = value > 0 ? Math.log10(value) : -Infinity;
  return WIDTH * Math.min(1, Math.max(0, (power - low) / (high - low)));
}

const power = (exponent) => `1e${exponent}`.replace('e-', 'e−');

class HealthPanel extends Panel {
  static heading = t('health.heading');
  static about = t('health.about');
  static needsTraces = true;

  static properties = { past: { state: true } }; // {step, matrices}, computed for the step that is looked at

  static styles = [Panel.styles, css`
    .table { overflow-x: auto; }
    th code { display: block; }
    th { font-size: var(--text-xs); color: var(--muted); font-weight: 500; white-space: nowrap; }
    td:first-child, th[scope="row"] { font: var(--text-s) var(--mono); color: var(--ink); text-align: left; position: static; }
    td { padding-block: 2px; white-space: nowrap; }
    td.bar { width: 28%; }
    td.bar svg { display: block; width: 100%; min-width: 60px; height: 12px; overflow: visible; }
    .room { fill: var(--sunken); }
    .seen { fill: var(--data-1); opacity: 0.28; }
    .now { fill: var(--data-1); }
    .ratio .seen { fill: var(--data-2); }
    .ratio .now { fill: var(--data-2); }
    .usual { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2 2; vector-effect: non-scaling-stroke; }
    .ends { display: flex; justify-content: space-between; color: var(--muted); font-size: var(--text-xs); }
    .layers { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: var(--space-1) var(--space-4); margin-top: var(--space-3); font-size: var(--text-s); }
    .layers li { display: grid; grid-template-columns: max-content 1fr 42px; align-items: center; gap: var(--space-2); }
    .layers svg { width: 100%; height: 8px; }
    .layers .now { fill: var(--data-4); }
    .layers span + svg + span { text-align: right; font-variant-numeric: tabular-nums; }
    h3 { margin-top: var(--space-4); font-size: var(--text-s); }
    /* room for the longest note, so that nothing moves when a step is held */
    .note { min-height: 1lh; margin-bottom: var(--space-2); color: var(--muted); font-size: var(--text-s); }
    @container (max-width: 600px) { .note { min-height: 2lh; } }
    .empty { padding: var(--space-5) 0; color: var(--muted); text-align: center; }
    @media (max-width: 600px) {
      .weights, .gradient { display: none; }
      td.bar { width: 30%; }
      td.bar svg { min-width: 24px; }
      .ends { flex-wrap: wrap; }
      th[scope="row"] { font-size: var(--text-xs); }
      th code { display: none; }
      th, td { padding-inline: 0 var(--space-2); }
      th:last-child, td:last-child { padding-right: 0; }
      th { white-space: normal; vertical-align: bottom; }
    }
  `];

  #history = []; // {at, matrices} of the last minute
  #requestedStep = null; // the step whose health was requested last
  #look = new CoalescedCall(async (step) => {
    const past = await this.run(matrixHealthAt(this.live, step));
    this.past = past === undefined || this.#requestedStep === null ? this.past : past;
  });

  constructor() {
    super();
    this.past = null;
  }

  willUpdate() {
    if (this.live === undefined) {
      return;
    }
    if (this.at === null) {
      this.#remember();
    }
    const wanted = this.#stepToCompute;
    if (wanted === null) {
      this.past = null;
    } else if (wanted !== this.#requestedStep) {
      this.#look.request(this.at);
    }
    this.#requestedStep = wanted;
  }

  /** The step whose health has to be computed: an earlier one, or the newest one of an idle session; null for none. */
  get #stepToCompute() {
    const { state, step } = this.view;
    const isIdle = this.live.diagnostics?.step !== step && (state === 'ready' || state === 'paused');
    return canComputePastHealth(this.view) ? this.at ?? (isIdle ? step : null) : null;
  }

  #remember() {
    const { diagnostics } = this.live;
    const now = performance.now();
    if (diagnostics === null) {
      this.#history = [];
    } else if (now - (this.#history.at(-1)?.at ?? -Infinity) > HISTORY_INTERVAL) {
      this.#history = [...this.#history.filter(({ at }) => at > now - HISTORY), { at: now, matrices: diagnostics.matrices }];
    }
  }

  get step() {
    return this.past?.step ?? (this.at === null ? this.live.diagnostics?.step : undefined) ?? super.step;
  }

  /** The health to show, {matrices, deadUnits}; what is unknown is null. */
  get #health() {
    const { diagnostics } = this.live;
    if (this.at === null && diagnostics !== null && this.past === null) {
      return diagnostics;
    }
    return { matrices: this.past?.matrices ?? null, deadUnits: this.trace?.vizData?.length > 0 ? deadUnits(this.trace) : null };
  }

  renderBody() {
    const { matrices, deadUnits: dead } = this.#health;
    if (matrices === null && dead === null) {
      return html`<p class="empty">${this.instead(this.#stepToCompute !== null ? t('computing') : t('health.later'))}</p>`;
    }
    return html`
      ${this.#note()}
      ${this.#clipping()}
      ${matrices === null ? nothing : this.#matrices(matrices)}
      ${dead === null ? nothing : this.#layers(dead)}`;
  }

  #note() {
    if (this.past !== null) {
      return html`<p class="note">${t('health.past', { step: this.past.step })}</p>`;
    }
    const step = this.live.diagnostics?.step;
    if (this.at !== null) {
      return html`<p class="note">${canComputePastHealth(this.view) ? t('computing')
        : t('health.tooLarge')}</p>`;
    }
    const isNewest = step === undefined || step === this.view.step || this.view.state === 'training';
    return html`<p class="note">${t('health.asOf', { isNewest, step: step ?? 0 })}</p>`;
  }

  #clipping() {
    const share = this.at === null ? this.live.diagnostics?.clippedShare ?? null : null;
    return share === null ? nothing : html`<p class="note">${t.html('health.clipped', { share: number(100 * share, 3), name: html`<code>clippedShare</code>` })}</p>`;
  }

  #matrices(matrices) {
    const ends = ({ low, high }) => html`<span class="ends" aria-hidden="true"><span>${power(low)}</span><span>${power(high)}</span></span>`;
    const gradients = columnOf(matrices.map(({ gradientNorm }) => gradientNorm));
    const ratios = columnOf(matrices.map(({ updateRatio }) => updateRatio));
    return html`
      <div class="table" tabindex="0" role="region" aria-label=${t('health.matrices')}>
        <table>
          <thead>
            <tr><th scope="col">${t('columns.matrix')}</th>
              <th scope="col">${t('health.gradientNorm')} <code>gradientNorm</code></th><td class="bar gradient">${ends(GRADIENT)}</td>
              <th scope="col">${t('health.updateRatio')} <code>updateRatio</code></th><td class="bar">${ends(RATIO)}</td>
              <th scope="col" class="weights">${t('health.weightNorm')} <code>weightNorm</code></th></tr>
          </thead>
          <tbody>${matrices.map((matrix, i) => html`
            <tr><th scope="row">${matrix.name}</th>
              <td>${gradients[i]}</td><td class="bar gradient">${this.#bar(matrix.gradientNorm, GRADIENT, i, 'gradientNorm')}</td>
              <td>${matrix.updateRatio > 0 ? ratios[i] : '–'}</td><td class="bar ratio">${this.#bar(matrix.updateRatio, RATIO, i, 'updateRatio')}</td>
              <td class="weights">${number(matrix.weightNorm, 3)}</td></tr>`)}
          </tbody>
        </table>
      </div>`;
  }

  #bar(value, scale, matrix, what) {
    const end = place(value, scale);
    const seen = this.at === null ? this.#history.map(({ matrices }) => place(matrices[matrix]?.[what] ?? value, scale)) : [];
    const low = Math.min(end, ...seen);
    const high = Math.max(end, ...seen);
    const usual = scale.usual === undefined ? null : place(10 ** scale.usual, scale);
    return html`
      <svg viewBox="0 0 ${WIDTH} 12" preserveAspectRatio="none" aria-hidden="true">${svg`
        <rect class="room" y="1" width=${WIDTH} height="10" />
        <rect class="seen" x=${low} y="1" width=${high - low} height="10" />
        <rect class="now" y="3.5" width=${end} height="5" />
        ${usual === null ? nothing : svg`<path class="usual" d="M${usual} -1v14" />`}`}</svg>`;
  }

  #layers(dead) {
    return html`
      <h3>${t('health.dead')} <code>deadUnits</code></h3>
      <p class="hint">${t('health.deadHint')}</p>
      <ul class="layers">${dead.map((share, layer) => html`
        <li><span>${t('health.layer', { layer: layer + 1 })}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${svg`
            <rect class="room" width="100" height="8" /><rect class="now" width=${share * 100} height="8" />`}</svg>
          <span>${t('percent', { number: Math.round(share * 100) })}</span></li>`)}
      </ul>`;
  }

  table() {
    const { matrices, deadUnits: dead } = this.#health;
    if (matrices === null) {
      return null;
    }
    return {
      columns: [t('columns.matrix'), ...['gradientNorm', 'updateRatio', 'weightNorm', 'deadShare'].map((name) => t(`health.${name}`))],
      rows: [
        ...matrices.map(({ name, gradientNorm, updateRatio, weightNorm }) =>
          [name, gradientNorm, updateRatio, weightNorm, null]),
        ...(dead ?? []).map((share, layer) => [t('health.layerRow', { layer: layer + 1 }), null, null, null, share]),
      ],
    };
  }
}

customElements.define('mg-health-panel', HealthPanel);
