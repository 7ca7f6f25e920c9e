// The MLP panel: the inputs of the ReLU of all hidden units at each position of a text, the dead units, and the
// characters that activate each unit.

import { css, html, nothing, svg } from 'lit';

import { number, signed } from '../data/format.js';
import { ACTIVATION_NAMES, architectureOf } from '../data/model/architecture.js';
import { inputLabels } from '../data/model/character-labels.js';
import { UnitStatistics } from '../data/model/unit-statistics.js';
import { vocabularyOf } from '../data/vocabulary.js';
import { texts } from '../data/texts.js';
import { MAP_KEYS, sideBySide } from '../components/heatmap.js'; // and <mg-heatmap>
import { niceCeiling } from '../components/palette.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { cellInQuery, queryValue, setQuery, setQuerySoon } from '../components/url-query.js';
import '../components/scale-bar.js';

const t = await texts('panels');

const UNIT = 'unit'; // in the URL: position and unit
const MOST_EXCITING = 8;
const SAMPLES = 32; // texts that are generated if the model does not train
const SAMPLE_VALUES = 300_000;
const BAR = 60;

class MlpPanel extends Panel {
  static heading = t('mlp.heading');
  static about = t('mlp.about');
  static keys = MAP_KEYS;

  static needsTraces = true;

  static properties = {
    layer: { state: true },
    cursor: { state: true }, // {row: position, column: unit}
    spoken: { state: true }, // for screen readers
  };

  static styles = [Panel.styles, css`
    .content { display: flex; flex-direction: column; }
    .controls select { width: auto; }
    .facts { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 var(--space-4); margin-bottom: var(--space-2); color: var(--muted); font-size: var(--text-s); }
    .facts strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .facts .text { flex: 1 1 140px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } /* however long the text */
    mg-heatmap { flex: 1; height: auto; min-height: 280px; }
    .legend { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-4); margin-top: var(--space-1); font-size: var(--text-xs); color: var(--muted); }
    .legend mg-scale-bar { flex: 1; max-width: 220px; }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend i { width: 12px; height: 4px; background: var(--data-2); }
    .unit { min-height: 138px; margin-top: var(--space-3); font-size: var(--text-s); }
    .unit p { font-variant-numeric: tabular-nums; }
    .unit ol { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-1) var(--space-5); margin-top: var(--space-1); }
    .unit li { display: grid; grid-template-columns: 6ch 1fr 7ch; align-items: center; gap: var(--space-2); }
    .unit svg { display: block; width: 100%; height: 8px; }
    .unit rect { fill: var(--data-1); }
    .unit li span { text-align: right; font-variant-numeric: tabular-nums; }
    .empty { display: grid; place-items: center; min-height: 280px; color: var(--muted); }
  `];

  #stats = new UnitStatistics();
  #counted = null; // the trace that was counted last
  #samples = new PolledQuery(this, () => this.#loadSamples());
  #shown = null; // the trace and layer in the picture, and the data of the picture

  constructor() {
    super();
    this.layer = Math.max(0, Number.parseInt(queryValue('layer') ?? '1', 10) - 1 || 0);
    this.cursor = cellInQuery(UNIT);
    this.spoken = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#samples.cancel();
  }

  willUpdate() {
    if (!this.view?.vocabSize) {
      return;
    }
    const vocabulary = vocabularyOf(this.live);
    vocabulary.updatePairs(this.live, this.view)?.then(() => this.requestUpdate(), () => {}); // without it, byte pairs are dots
    const { createdAt, numParams, state, step } = this.view;
    const model = `${createdAt} ${numParams}`;
    if (this.#stats.model !== model || step < this.#stats.step) {
      this.#stats = Object.assign(new UnitStatistics(), { model }); // training has restarted
    }
    this.#stats.step = step;
    const { trace } = this.live;
    if (trace !== null && trace !== this.#counted && trace.vizData && !vocabulary.isMissing) {
      this.#counted = trace;
      this.#stats.add(this.#labelsOf(trace.doc, trace), trace.vizData);
    }
    if (this.at !== null || (!['training', 'failed'].includes(state) && this.#stats.texts < SAMPLES && step > 0)) {
      this.#samples.request(`${model} ${this.at ?? step}`, null);
    }
    this.#show();
  }

  get step() {
    return this.#shown?.trace.step ?? super.step;
  }

  /** The labels of what is read at each position; the first token is BOS. */
  #labelsOf(text, { tokens, vizData }) {
    return inputLabels(text, vizData.length, tokens, vocabularyOf(this.live).symbolOf);
  }

  /** Statistics over texts that the model generates. */
  async #loadSamples() {
    const { nEmbd, nLayer, blockSize } = this.view.options;
    const most = Math.floor(SAMPLE_VALUES / (6 * nEmbd * nLayer * blockSize));
    const of = this.at ?? this.view.step;
    const stats = new UnitStatistics();
    const samples = await this.live.api.generate(this.live.name, {
      seed: 1, temperature: 1, count: Math.max(1, Math.min(SAMPLES, most)), viz: true, ...(this.at !== null && { step: this.at }),
    });
    for (const { text, tokens, vizData } of samples) {
      stats.add(this.#labelsOf(text, { tokens: [null, ...tokens], vizData }), vizData);
    }
    return { of, stats };
  }

  /** The statistics of the shown model. */
  get #known() {
    const { result } = this.#samples;
    const isWanted = this.at !== null || this.#stats.texts < (result?.stats.texts ?? 0);
    return isWanted && result?.of === (this.at ?? this.view.step) ? result.stats : this.#stats;
  }

  /** Computes the data of the picture, if it has changed. */
  #show() {
    const { trace } = this;
    const layers = trace?.vizData?.[0]?.mlpActivations.length ?? 0;
    if (layers === 0) {
      if (this.live.trace === null) {
        this.#shown = null; // training has restarted
      } // otherwise a trace is being loaded
      return;
    }
    const layer = Math.min(this.layer, layers - 1);
    if (this.#shown?.trace !== trace || this.#shown.layer !== layer) {
      const units = trace.vizData[0].mlpActivations[layer].length;
      const values = new Float64Array(units * trace.vizData.length);
      trace.vizData.forEach(({ mlpActivations }, t) => values.set(mlpActivations[layer], t * units));
      let most = 0;
      let above = 0;
      for (const value of values) {
        most = Math.max(most, Math.abs(value));
        above += value > 0 ? 1 : 0;
      }
      this.#shown = {
        trace, layer, layers, units, values, share: above / values.length,
        rows: trace.vizData.length, limit: niceCeiling(most) || 1,
        rowLabels: this.#labelsOf(trace.doc, trace),
        columnLabels: this.#shown?.units === units ? this.#shown.columnLabels : Array.from({ length: units }, (_, i) => `${i}`),
      };
    }
    const known = this.#known;
    if (this.#shown.known !== known || this.#shown.texts !== known.texts) {
      Object.assign(this.#shown, { known, texts: known.texts, dead: known.texts === 0 ? null : known.dead(layer) });
    }
  }

  // ---- rendering

  renderControls() {
    const { nLayer } = this.view?.options ?? {};
    return nLayer > 1 ? html`
      <label>${t('mlp.layer')}
        <select @change=${(event) => this.#choose(Number(event.target.value))}>
          ${Array.from({ length: nLayer }, (_, i) => html`<option value=${i} ?selected=${i === Math.min(this.layer, nLayer - 1)}>${t('mlp.layerOf', { layer: i + 1, all: nLayer })}</option>`)}
        </select></label>` : nothing;
  }

  #choose(layer) {
    this.layer = layer;
    setQuery({ layer: layer === 0 ? null : layer + 1 });
  }

  renderBody() {
    const shown = this.#shown;
    if (shown === null) {
      return html`<p class="empty">${this.instead(this.view.vocabSize ? t('loading') : t('noModel'))}</p>`;
    }
    const { layer, units, rows, values, limit, share, dead, trace } = shown;
    return html`
      <p class="facts">
        <span class="text">${t('mlp.text', { text: trace.doc, step: trace.step })}</span>
        <span>${this.#sharesInWords(share, layer)}</span>
      </p>
      <mg-heatmap .values=${values} .rows=${rows} .columns=${units} palette="relu" .low=${-limit} .high=${limit}
        .rowLabels=${shown.rowLabels} .columnLabels=${shown.columnLabels} .marks=${dead ?? []} .cursor=${this.cursor}
        label=${t('mlp.map', { activation: this.#activation, units, positions: rows })}
        @cursor=${(event) => this.#moved(event.detail)}></mg-heatmap>
      <div class="legend">
        <mg-scale-bar palette="relu" .low=${-limit} .high=${limit}></mg-scale-bar>
        <span><i></i>${this.#deadInWords(shown)}</span>
      </div>
      <div class="unit">${this.#unit(shown)}</div>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  /** The share of numbers above 0, and that of dead units that the server reports for the step. */
  #sharesInWords(share, layer) {
    const dead = this.at === null ? this.live.diagnostics?.deadUnits[layer] : undefined;
    const bold = (part) => html`<strong>${t('percent', { number: Math.round(100 * part) })}</strong>`;
    return t.html('mlp.shares', { share: bold(share), isKnown: dead !== undefined, dead: bold(dead ?? 0) });
  }

  get #architecture() {
    return architectureOf(this.view.options);
  }

  /** The name of the activation. */
  get #activation() {
    return ACTIVATION_NAMES[this.#architecture.activation];
  }

  #deadInWords({ dead, known, units }) {
    if (dead === null || dead === undefined) {
      return t('mlp.deadUnknown');
    }
    return t('mlp.dead', { dead: dead.reduce((sum, mark) => sum + mark, 0), units, texts: known.window });
  }

  #unit({ layer, units, rows, values, rowLabels, dead, known }) {
    if (this.cursor === null || this.cursor.column >= units) {
      return html`<p class="muted">${t('mlp.hint')}</p>`;
    }
    const { column: unit } = this.cursor;
    const row = Math.min(this.cursor.row, rows - 1);
    const value = values[row * units + unit];
    const exciting = known.exciting(layer, unit, MOST_EXCITING);
    const most = exciting[0]?.mean ?? 1;
    return html`
      <p>${t.html('mlp.unit', {
        unit: html`<strong>${unit}</strong>`, position: row, label: html`<strong>${rowLabels[row]}</strong>`, value: html`<strong class="value">${signed(value, 4)}</strong>`,
        isOff: value <= 0 && ['relu', 'relu2'].includes(this.#architecture.activation), activation: this.#activation, isDead: Boolean(dead?.[unit]),
      })}</p>
      ${exciting.length === 0 ? html`<p class="muted">${t('mlp.never')}</p>` : html`
        <p class="muted">${t('mlp.meanOutput')}</p>
        <ol>${exciting.map(({ character, mean }) => html`
          <li><b>${character}</b>
            <svg viewBox="0 0 ${BAR} 8" preserveAspectRatio="none" aria-hidden="true">${svg`<rect width=${(BAR * mean / most).toFixed(1)} height="8" />`}</svg>
            <span>${number(mean)}</span></li>`)}</ol>`}`;
  }

  #moved({ row, column, byKey }) {
    this.cursor = { row, column };
    setQuerySoon({ [UNIT]: `${row}.${column}` });
    if (byKey) {
      const { layer, units, values, rowLabels, known } = this.#shown;
      const like = known.exciting(layer, column, 3).map(({ character }) => character).join(', ');
      this.spoken = t('mlp.spoken', {
        unit: column, position: row, label: rowLabels[row], value: number(values[row * units + column]), isActivated: like !== '', like,
      });
    }
  }

  table() {
    const shown = this.#shown;
    if (shown === null) {
      return null;
    }
    const { units, rows, values, rowLabels, dead, known, layer } = shown;
    return {
      columns: [t('columns.unit'), ...rowLabels.map((label, position) => `${position} ${label}`), t('mlp.deadColumn'), t('mlp.activatedBy')],
      get rows() {
        return Array.from({ length: units }, (_, unit) => [
          unit,
          ...Array.from({ length: rows }, (__, position) => values[position * units + unit]),
          t(dead?.[unit] ? 'yes' : 'no'),
          known.exciting(layer, unit, 3).map(({ character }) => character).join(' '),
        ]);
      },
    };
  }

  legend() {
    const { limit, layer } = this.#shown;
    return [
      { label: t('mlp.legend', { layer: layer + 1, activation: this.#activation }), palette: 'relu', low: signed(-limit), high: number(limit) },
      { label: t('mlp.neverAbove'), kind: 'line', colour: '--data-2' }, { label: t('mlp.axes'), kind: 'text' },
    ];
  }

  picture() {
    const map = this.renderRoot.querySelector('mg-heatmap');
    return map === null ? null : sideBySide([map.canvas]);
  }
}

customElements.define('mg-mlp-panel', MlpPanel);
