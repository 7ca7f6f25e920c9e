// The computation of one training step: a frame for each tensor, from the tokens to the new parameters, with a
// caption; any number can be opened.

import { LitElement, css, html, nothing } from 'lit';

import { CoalescedCall } from '../../data/coalesced-call.js';
import { fixed, loss, number } from '../../data/format.js';
import { architectureOf } from '../../data/model/architecture.js';
import { BOS } from '../../data/model/tokens.js';
import { vocabularyOf } from '../../data/vocabulary.js';
import { OPTIMISERS, withDefaults } from '../../data/session-options.js';
import { texts } from '../../data/texts.js';
import { MAP_KEYS } from '../../components/heatmap.js'; // and <mg-heatmap>
import { percentileLimit } from '../../components/palette.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../../components/url-query.js';
import { STAGES, captionOf, framesOf, quoted } from './anatomy-stages.js';
import { percent } from './surprisals.js';
import '../../components/scale-bar.js';
import './number-details.js';

const t = await texts('lab');

const KEYS = [['[ ]', t('anatomy.keys.frames')], ['Enter', t('anatomy.keys.open')]];

/** `<mg-anatomy .live .view .at .revision>`; `at` null for the next step. */
export class StepAnatomy extends LitElement {
  static keys = [...KEYS, ...MAP_KEYS];

  static properties = {
    live: { attribute: false }, view: { attribute: false }, at: { attribute: false }, revision: { attribute: false },
    anatomy: { state: true }, // the response of GET …/anatomy; null before the first
    index: { state: true }, // of the frame
    tensor: { state: true }, // of the frame; null if it has none, or until it is loaded
    cursor: { state: true },
    spoken: { state: true },
    place: { state: true }, // of the open number: {node} or {tensor, row, column}; null for none
    failure: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    .stages { display: flex; flex-wrap: wrap; gap: var(--space-1); }
    .scrub { display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: var(--space-2); margin: var(--space-2) 0 var(--space-3); }
    .split { display: grid; gap: var(--space-4); }
    @media (min-width: 1000px) { .split.open { grid-template-columns: minmax(0, 1fr) minmax(0, 400px); } }
    .card { min-width: 0; padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    .card h2 { font-size: var(--text-l); line-height: 1.3; overflow-wrap: anywhere; }
    .formula { font-family: var(--mono); font-size: var(--text-s); color: var(--muted); overflow-wrap: anywhere; }
    .caption { max-width: 78ch; margin: var(--space-2) 0 var(--space-3); min-height: 5em; }
    .caption p + p { margin-top: var(--space-1); }
    .maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); gap: var(--space-4); }
    figure { min-width: 0; }
    figcaption { font-size: var(--text-s); font-weight: 600; }
    mg-heatmap { height: min(46vh, 360px); margin: var(--space-1) 0 var(--space-2); }
    mg-scale-bar { max-width: 260px; }
    .readout { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); min-height: 38px; margin-top: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .tokens { display: flex; flex-wrap: wrap; gap: var(--space-2); }
    .tokens li { display: grid; justify-items: center; min-width: 44px; padding: var(--space-1) var(--space-2); border: 1px solid var(--line); border-radius: var(--radius-small); }
    .tokens b { font: 600 var(--text-l)/1.3 var(--mono); }
    .tokens span { color: var(--muted); font-size: var(--text-xs); font-variant-numeric: tabular-nums; }
    td button { min-height: 28px; padding: 0 var(--space-2); font-variant-numeric: tabular-nums; }
    .token { font-family: var(--mono); }
    .facts { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); margin-top: var(--space-3); color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .scroll { max-width: 720px; overflow-x: auto; }
    .top { display: flex; justify-content: space-between; gap: var(--space-2); }
  `];

  #requestedKey = '';
  #document = wholeNumberInQuery('document'); // of the batch; null for the first
  #steps = new CoalescedCall(async ({ step, document }) => {
    const { live } = this;
    try {
      const anatomy = await live.api.anatomy(live.name, { step, document });
      await vocabularyOf(live).update(live, live.view);
      this.#take(anatomy);
    } catch (failure) {
      this.failure = failure;
    }
  });
  #tensors = new CoalescedCall(async (name) => {
    const { live, anatomy } = this;
    try {
      const tensor = await live.api.anatomyTensor(live.name, name, { step: anatomy.step, document: anatomy.document });
      if (this.frame?.name === name) {
        this.tensor = tensor;
        this.failure = null;
      }
    } catch (failure) {
      this.failure = failure;
    }
  });

  constructor() {
    super();
    this.anatomy = null;
    this.index = 0;
    this.tensor = null;
    this.cursor = null;
    this.spoken = '';
    this.place = null;
    this.failure = null;
  }

  willUpdate() {
    // while a session trains, its next step changes all the time; the newest keyframe is used instead
    const { at, view, live } = this;
    const isMoving = view.state === 'training';
    const step = at ?? (isMoving ? live.keyframes.at(-1) : view.step);
    const key = `${view.createdAt} ${at ?? (isMoving ? 'moving' : view.step)}`;
    if (key !== this.#requestedKey) {
      this.#requestedKey = key;
      this.#steps.request({ step, document: this.#document ?? undefined });
    }
  }

  #take(anatomy) {
    const isFirst = this.anatomy === null;
    const before = this.frame;
    this.anatomy = anatomy;
    this.frames = framesOf(anatomy);
    this.failure = null;
    if (isFirst) {
      this.#asInUrl();
    } else {
      const same = this.frames.findIndex(({ stage, name }) => stage === before.stage && name === before.name);
      this.#goTo(Math.max(0, same));
    }
  }

  #asInUrl() {
    const index = this.frames.findIndex(({ stage, name }) => stage === queryValue('stage') && (name ?? '') === (queryValue('tensor') ?? ''));
    const node = queryValue('number');
    this.place = node !== null && /^\d+$/.test(node) ? { node: Number(node) } : null;
    this.#goTo(Math.max(0, index));
  }

  get frame() {
    return this.frames?.[this.index];
  }

  frames = null;

  /** The tokens that are read and those that follow, as visible characters. */
  get #tokens() {
    const { tokens } = this.anatomy;
    const vocabulary = vocabularyOf(this.live);
    const bos = tokens[0]; // the last token of the model as it was at that step
    const symbols = tokens.map((id) => (id === bos ? BOS : vocabulary.symbol(id)));
    return { ids: tokens, reads: symbols.slice(0, -1), next: symbols.slice(1) };
  }

  // ---- navigation

  /** Moves a number of frames forward or back. */
  move(frames) {
    if (this.frames !== null) {
      this.#goTo(Math.min(this.frames.length - 1, Math.max(0, this.index + frames)));
    }
  }

  #goTo(index) {
    this.index = index;
    this.cursor = null;
    const { stage, name } = this.frame;
    const computed = this.anatomy.tensors.find((tensor) => tensor.name === name) ?? null;
    this.tensor = computed;
    if (computed === null && name !== null) {
      this.#tensors.request(name).catch(() => {});
    }
    setQuery({ stage: stage === 'tokens' ? null : stage, tensor: name });
  }

  #open(place) {
    this.place = place;
  }

  #close() {
    this.place = null;
    setQuery({ number: null });
  }

  // ---- rendering

  render() {
    const { anatomy, failure } = this;
    if (anatomy === null) {
      return failure ? html`<p class="notice bad" role="alert">${failure.message}</p>` : html`<p class="muted">${t('anatomy.loading')}</p>`;
    }
    const { stage } = this.frame;
    const tokens = this.#tokens;
    return html`
      ${failure ? html`<p class="error" role="alert">${failure.message}</p>` : nothing}
      <div class="stages" role="group" aria-label=${t('anatomy.stages')}>${STAGES.map((one) => html`
        <button aria-pressed=${one.stage === stage} @click=${() => this.#goTo(this.frames.findIndex((frame) => frame.stage === one.stage))}>${one.title}</button>`)}</div>
      <div class="scrub">
        <button class="icon" aria-label=${t('anatomy.previous')} title=${t('anatomy.previousTitle')} ?disabled=${this.index === 0} @click=${() => this.move(-1)}>‹</button>
        <input type="range" min="0" max=${this.frames.length - 1} .value=${String(this.index)} aria-label=${t('anatomy.frame')}
          aria-valuetext=${[t(`stages.${stage}`), this.frame.name].filter(Boolean).join(': ')} @input=${(event) => this.#goTo(Number(event.target.value))}>
        <button class="icon" aria-label=${t('anatomy.next')} title=${t('anatomy.nextTitle')} ?disabled=${this.index === this.frames.length - 1} @click=${() => this.move(1)}>›</button>
      </div>
      <div class="split ${this.place === null ? '' : 'open'}">
        <section class="card" aria-labelledby="frame">
          <h2 id="frame">${this.#title()}</h2>
          ${this.tensor?.formula && stage === 'forward' ? html`<p class="formula">${this.frame.name} = ${this.tensor.formula}</p>` : nothing}
          <div class="caption" aria-live="polite">${captionOf(this.frame, { anatomy, ...tokens, optimizer: this.#optimizer, architecture: architectureOf(this.view.options) }, this.tensor).map((words) => html`<p>${words}</p>`)}</div>
          ${stage === 'tokens' ? this.#tokensList(tokens) : stage === 'loss' ? this.#losses(tokens) : this.#maps(tokens)}
        </section>
        ${this.place === null ? nothing : html`
          <section class="card" aria-label=${t('anatomy.number')}>
            <div class="top"><span class="muted">${t('anatomy.oneNumber')}</span>
              <button class="quiet" @click=${this.#close}>${t('anatomy.close')}</button></div>
            <mg-number .live=${this.live} .step=${anatomy.step} .document=${anatomy.document} .place=${this.place}
              .words=${(node) => this.#inWords(node, tokens)} @go=${({ detail }) => this.#open({ node: detail })} @found=${({ detail }) => this.place && setQuery({ number: detail })}
              @changed=${() => { this.#requestedKey = ''; this.requestUpdate(); }}></mg-number>
          </section>`}
      </div>
      ${this.#facts()}`;
  }

  get #optimizer() {
    return withDefaults(this.live.view.options, this.live.limits).optimizer;
  }

  #title() {
    const { stage, name } = this.frame;
    const titles = {
      tokens: () => t('anatomy.titles.tokens', { step: this.anatomy.trains, document: this.anatomy.docs[this.anatomy.document] }),
      forward: () => t('anatomy.titles.forward', { name }),
      loss: () => t('anatomy.titles.loss'),
      backward: () => t('anatomy.titles.backward', { name }),
      adam: () => t('anatomy.titles.update', { optimizer: OPTIMISERS[this.#optimizer], name }),
    };
    return titles[stage]();
  }

  #tokensList({ ids, reads }) {
    return html`
      <ol class="tokens" aria-label=${t('anatomy.tokens')}>${reads.map((read, position) => html`<li><b>${read}</b><span>${ids[position]}</span></li>`)}</ol>
      ${this.anatomy.docs.length > 1 ? html`
        <p><label>${t('anatomy.document')} <select @change=${(event) => this.#chooseDocument(Number(event.target.value))}>
          ${this.anatomy.docs.map((doc, i) => html`<option value=${i} ?selected=${i === this.anatomy.document}>${doc}</option>`)}</select></label></p>` : nothing}`;
  }

  #chooseDocument(document) {
    this.#document = document;
    setQuery({ document: document === 0 ? null : document });
    this.#steps.request({ step: this.anatomy.step, document });
  }

  #losses({ reads, next }) {
    const losses = this.anatomy.tensors.find(({ name }) => name === 'losses').values;
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${t('anatomy.losses')}>
        <table>
          <thead><tr><th scope="col">${t('anatomy.columns.position')}</th><th scope="col">${t('anatomy.columns.reads')}</th><th scope="col">${t('anatomy.columns.next')}</th><th scope="col">${t('anatomy.columns.probability')}</th><th scope="col">${t('anatomy.columns.loss')}</th></tr></thead>
          <tbody>${losses.map(([value], position) => html`<tr><td>${position}</td><td class="token">${reads[position]}</td><td class="token">${next[position]}</td>
            <td>${percent(Math.exp(-value))}</td>
            <td><button aria-label=${t('anatomy.openLoss', { position })} @click=${() => this.#open({ tensor: 'losses', row: position, column: 0 })}>${loss(value)}</button></td></tr>`)}</tbody>
          <tfoot><tr><th scope="row" colspan="4">${t('anatomy.mean')}</th>
            <td><button aria-label=${t('anatomy.openMean')} @click=${() => this.#open({ tensor: 'loss', row: 0, column: 0 })}>${loss(this.anatomy.tensors.find(({ name }) => name === 'loss').values[0][0])}</button></td></tr></tfoot>
        </table>
      </div>`;
  }

  #maps(tokens) {
    const { tensor, frame } = this;
    if (tensor === null) {
      return html`<p class="muted">${t('anatomy.loadingNumbers')}</p>`;
    }
    const change = () => tensor.after.map((row, r) => row.map((value, c) => value - tensor.values[r][c]));
    const kinds = {
      forward: [['values', tensor.values]],
      backward: [['values', tensor.values], ['gradients', tensor.gradients]],
      adam: [['before', tensor.values], ['gradient', tensor.gradients], ['change', change]],
    }[frame.stage].map(([kind, rows]) => [kind, typeof rows === 'function' ? rows() : rows]);
    return html`
      <div class="maps">${kinds.map(([kind, rows], i) => this.#map(kind, rows, i, tokens))}</div>
      <p class="readout">${this.#readout(kinds, tokens)}</p>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  #map(kind, rows, index, { reads }) {
    const title = t(`anatomy.maps.${kind}.title`);
    const columns = Math.max(...rows.map((row) => row.length));
    const values = Float64Array.from(rows.flatMap((row) => [...row, ...Array(columns - row.length).fill(NaN)]));
    const isShare = kind === 'values' && /weights$|probs$/.test(this.tensor.name);
    const limit = isShare ? 1 : percentileLimit(values.filter((value) => !Number.isNaN(value)));
    const [low, high] = isShare ? [0, 1] : [-(limit || 1), limit || 1]; // if all numbers are 0, they have the colour of the middle
    const palette = isShare ? 'sequential' : 'diverging';
    const isComputed = this.tensor.formula !== undefined;
    const { name } = this.tensor;
    const labels = isComputed ? reads.map((read, position) => `${position} ${read}`) : this.#rowLabels(name, rows.length);
    const isSquare = /head\d+\./.test(name);
    const columnLabels = isSquare ? reads : ['logits', 'probs'].includes(name) ? this.#rowLabels('wte', columns) : null;
    return html`
      <figure>
        <figcaption>${title}</figcaption>
        <mg-heatmap .values=${values} .rows=${rows.length} .columns=${columns} palette=${palette} .low=${low} .high=${high}
          .rowLabels=${index === 0 ? labels : null} .columnLabels=${columnLabels} .cursor=${this.cursor} .skipsTab=${index > 0}
          label=${t('anatomy.map', { title, name, rows: rows.length, columns })}
          @cursor=${(event) => this.#moved(event.detail, kind)} @click=${() => this.#openCursor()}
          @keydown=${(event) => event.key === 'Enter' && this.#openCursor()}></mg-heatmap>
        <mg-scale-bar palette=${palette} .low=${limit === 0 ? 0 : low} .high=${limit === 0 ? 0 : high}></mg-scale-bar>
      </figure>`;
  }

  #rowLabels(name, rows) {
    if (!['wte', 'lm_head'].includes(name)) {
      return name === 'wpe' ? Array.from({ length: rows }, (_, i) => `${i}`) : null;
    }
    const vocabulary = vocabularyOf(this.live);
    return Array.from({ length: rows }, (_, id) => (id === rows - 1 ? BOS : vocabulary.symbol(id)));
  }

  #moved({ row, column, byKey }, kind) {
    this.cursor = { row, column };
    if (byKey) {
      const value = this.tensor.values[row]?.[column];
      const isGradient = kind === 'gradients';
      this.spoken = value === undefined ? t('anatomy.spokenNone')
        : t('anatomy.spoken', { row, column, isGradient, value: number(isGradient ? this.tensor.gradients[row][column] : value) });
    }
  }

  get #isOnNumber() {
    return this.cursor !== null && this.tensor?.values[this.cursor.row]?.[this.cursor.column] !== undefined;
  }

  #openCursor() {
    if (this.#isOnNumber) {
      this.#open({ tensor: this.tensor.name, ...this.cursor });
    }
  }

  #readout(kinds, tokens) {
    if (!this.#isOnNumber) {
      return t('anatomy.readout');
    }
    const { row, column } = this.cursor;
    return html`<span><b>${this.tensor.name}[${row}][${column}]</b> ${this.#inWords({ tensor: this.tensor.name, row, column }, tokens)}</span>
      ${kinds.map(([kind, rows]) => html`<span>${t.html(`anatomy.maps.${kind}.one`, { number: html`<b>${number(rows[row][column], 5)}</b>` })}</span>`)}
      <button @click=${() => this.#openCursor()}>${t('anatomy.open')}</button>`;
  }

  #inWords({ tensor, row, column }, { reads }) {
    const isComputed = this.anatomy.tensors.some(({ name }) => name === tensor);
    if (!isComputed || reads[row] === undefined) {
      return '';
    }
    const place = { row, token: quoted(reads[row]), column };
    if (/head\d+\./.test(tensor)) {
      return t('anatomy.place.attending', { ...place, other: quoted(reads[column]) });
    }
    if (['logits', 'probs'].includes(tensor)) {
      return t('anatomy.place.next', { ...place, next: this.#rowLabels('wte', this.anatomy.tokens[0] + 1)[column] });
    }
    return t(['loss', 'share', 'losses'].includes(tensor) ? 'anatomy.place.position' : 'anatomy.place.number', place);
  }

  #facts() {
    const { numNodes, agreement, step, trains } = this.anatomy;
    return html`
      <p class="facts">
        <span>${t('anatomy.facts.steps', { from: step, to: trains })}</span>
        <span>${t('anatomy.facts.nodes', { number: numNodes })}</span>
        <span>${t('anatomy.facts.losses', { reference: fixed(agreement.scalarLoss, 9), fast: fixed(agreement.tensorLoss, 9) })}</span>
        <span>${t('anatomy.facts.gradients', { share: number(100 * agreement.gradientDifference, 2) })}</span>
      </p>`;
  }
}

customElements.define('mg-anatomy', StepAnatomy);
