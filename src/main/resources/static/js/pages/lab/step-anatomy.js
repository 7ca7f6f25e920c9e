// The computation of one training step: a frame for each tensor, from the tokens to the new parameters, with a
// caption; any number can be opened.

import { LitElement, css, html, nothing } from 'lit';

import { CoalescedCall } from '../../data/coalesced-call.js';
import { count, loss, number } from '../../data/format.js';
import { architectureOf } from '../../data/model/architecture.js';
import { BOS } from '../../data/model/tokens.js';
import { vocabularyOf } from '../../data/vocabulary.js';
import { OPTIMISERS, withDefaults } from '../../data/session-options.js';
import { MAP_KEYS } from '../../components/heatmap.js'; // and <mg-heatmap>
import { percentileLimit } from '../../components/palette.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery } from '../../components/url-query.js';
import { STAGES, captionOf, framesOf } from './anatomy-stages.js';
import { percent } from './surprisals.js';
import '../../components/scale-bar.js';
import './number-details.js';

const KEYS = [['[ ]', 'in a training step: go to the previous or the next frame'], ['Enter', 'on a map: open the number under the cursor']];

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
  #document = null;
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
      return failure ? html`<p class="notice bad" role="alert">${failure.message}</p>` : html`<p class="muted">Loading the step …</p>`;
    }
    const { stage } = this.frame;
    const tokens = this.#tokens;
    return html`
      ${failure ? html`<p class="error" role="alert">${failure.message}</p>` : nothing}
      <div class="stages" role="group" aria-label="Stages of the step">${STAGES.map((one) => html`
        <button aria-pressed=${one.stage === stage} @click=${() => this.#goTo(this.frames.findIndex((frame) => frame.stage === one.stage))}>${one.title}</button>`)}</div>
      <div class="scrub">
        <button class="icon" aria-label="Previous frame" title="Previous frame ([)" ?disabled=${this.index === 0} @click=${() => this.move(-1)}>‹</button>
        <input type="range" min="0" max=${this.frames.length - 1} .value=${String(this.index)} aria-label="Frame of the step"
          aria-valuetext="${stage}${this.frame.name ? `: ${this.frame.name}` : ''}" @input=${(event) => this.#goTo(Number(event.target.value))}>
        <button class="icon" aria-label="Next frame" title="Next frame (])" ?disabled=${this.index === this.frames.length - 1} @click=${() => this.move(1)}>›</button>
      </div>
      <div class="split ${this.place === null ? '' : 'open'}">
        <section class="card" aria-labelledby="frame">
          <h2 id="frame">${this.#title()}</h2>
          ${this.tensor?.formula && stage === 'forward' ? html`<p class="formula">${this.frame.name} = ${this.tensor.formula}</p>` : nothing}
          <div class="caption" aria-live="polite">${captionOf(this.frame, { anatomy, ...tokens, optimizer: this.#optimizer, architecture: architectureOf(this.view.options) }, this.tensor).map((words) => html`<p>${words}</p>`)}</div>
          ${stage === 'tokens' ? this.#tokensList(tokens) : stage === 'loss' ? this.#losses(tokens) : this.#maps(tokens)}
        </section>
        ${this.place === null ? nothing : html`
          <section class="card" aria-label="Number">
            <div class="top"><span class="muted">One number</span>
              <button class="quiet" @click=${this.#close}>Close</button></div>
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
      tokens: `Step ${count(this.anatomy.trains)} trains on “${this.anatomy.docs[this.anatomy.document]}”`,
      forward: `Forward: ${name}`, loss: 'Loss', backward: `Backward: the gradient of ${name}`, adam: `${OPTIMISERS[this.#optimizer]}: ${name}`,
    };
    return titles[stage];
  }

  #tokensList({ ids, reads }) {
    return html`
      <ol class="tokens" aria-label="Tokens">${reads.map((read, t) => html`<li><b>${read}</b><span>${ids[t]}</span></li>`)}</ol>
      ${this.anatomy.docs.length > 1 ? html`
        <p><label>Document of the batch <select @change=${(event) => this.#chooseDocument(Number(event.target.value))}>
          ${this.anatomy.docs.map((doc, i) => html`<option value=${i} ?selected=${i === this.anatomy.document}>${doc}</option>`)}</select></label></p>` : nothing}`;
  }

  #chooseDocument(document) {
    this.#document = document;
    this.#steps.request({ step: this.anatomy.step, document });
  }

  #losses({ reads, next }) {
    const losses = this.anatomy.tensors.find(({ name }) => name === 'losses').values;
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label="Losses">
        <table>
          <thead><tr><th scope="col">position</th><th scope="col">reads</th><th scope="col">next</th><th scope="col">probability</th><th scope="col">loss = −ln</th></tr></thead>
          <tbody>${losses.map(([value], t) => html`<tr><td>${t}</td><td class="token">${reads[t]}</td><td class="token">${next[t]}</td>
            <td>${percent(Math.exp(-value))}</td>
            <td><button aria-label="Open the loss of position ${t}" @click=${() => this.#open({ tensor: 'losses', row: t, column: 0 })}>${loss(value)}</button></td></tr>`)}</tbody>
          <tfoot><tr><th scope="row" colspan="4">mean</th>
            <td><button aria-label="Open the loss of the document" @click=${() => this.#open({ tensor: 'loss', row: 0, column: 0 })}>${loss(this.anatomy.tensors.find(({ name }) => name === 'loss').values[0][0])}</button></td></tr></tfoot>
        </table>
      </div>`;
  }

  #maps(tokens) {
    const { tensor, frame } = this;
    if (tensor === null) {
      return html`<p class="muted">Loading its numbers …</p>`;
    }
    const change = () => tensor.after.map((row, r) => row.map((value, c) => value - tensor.values[r][c]));
    const kinds = {
      forward: [['Values', tensor.values]],
      backward: [['Values', tensor.values], ['Gradients', tensor.gradients]],
      adam: [['Before', tensor.values], ['Gradient', tensor.gradients], ['Change', change]],
    }[frame.stage].map(([title, rows]) => [title, typeof rows === 'function' ? rows() : rows]);
    return html`
      <div class="maps">${kinds.map(([title, rows], i) => this.#map(title, rows, i, tokens))}</div>
      <p class="readout">${this.#readout(kinds, tokens)}</p>
      <span class="visually-hidden" role="status">${this.spoken}</span>`;
  }

  #map(title, rows, index, { reads }) {
    const columns = Math.max(...rows.map((row) => row.length));
    const values = Float64Array.from(rows.flatMap((row) => [...row, ...Array(columns - row.length).fill(NaN)]));
    const isShare = title === 'Values' && /weights$|probs$/.test(this.tensor.name);
    const limit = isShare ? 1 : percentileLimit(values.filter((value) => !Number.isNaN(value)));
    const [low, high] = isShare ? [0, 1] : [-(limit || 1), limit || 1]; // if all numbers are 0, they have the colour of the middle
    const palette = isShare ? 'sequential' : 'diverging';
    const isComputed = this.tensor.formula !== undefined;
    const { name } = this.tensor;
    const labels = isComputed ? reads.map((read, t) => `${t} ${read}`) : this.#rowLabels(name, rows.length);
    const isSquare = /head\d+\./.test(name);
    const columnLabels = isSquare ? reads : ['logits', 'probs'].includes(name) ? this.#rowLabels('wte', columns) : null;
    return html`
      <figure>
        <figcaption>${title}</figcaption>
        <mg-heatmap .values=${values} .rows=${rows.length} .columns=${columns} palette=${palette} .low=${low} .high=${high}
          .rowLabels=${index === 0 ? labels : null} .columnLabels=${columnLabels} .cursor=${this.cursor} .skipsTab=${index > 0}
          label="${title} of ${name}: ${rows.length} rows, ${columns} columns; the arrow keys move the cursor, Enter opens a number"
          @cursor=${(event) => this.#moved(event.detail, title)} @click=${() => this.#openCursor()}
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

  #moved({ row, column, byKey }, title) {
    this.cursor = { row, column };
    if (byKey) {
      const value = this.tensor.values[row]?.[column];
      this.spoken = value === undefined ? 'no number here' : `row ${row}, column ${column}: ${title === 'Gradients' ? 'gradient' : 'value'} ${number(title === 'Gradients' ? this.tensor.gradients[row][column] : value)}`;
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
      return 'Tap or point at a number to read it; click it, or press Enter, to see how it was computed.';
    }
    const { row, column } = this.cursor;
    return html`<span><b>${this.tensor.name}[${row}][${column}]</b> ${this.#inWords({ tensor: this.tensor.name, row, column }, tokens)}</span>
      ${kinds.map(([title, rows]) => html`<span>${title.toLowerCase()} <b>${number(rows[row][column], 5)}</b></span>`)}
      <button @click=${() => this.#openCursor()}>Open</button>`;
  }

  #inWords({ tensor, row, column }, { reads }) {
    const isComputed = this.anatomy.tensors.some(({ name }) => name === tensor);
    if (!isComputed || reads[row] === undefined) {
      return '';
    }
    const position = `position ${row} ${reads[row] === BOS ? BOS : `“${reads[row]}”`}`;
    if (/head\d+\./.test(tensor)) {
      return `${position} attending to position ${column} ${reads[column] === BOS ? BOS : `“${reads[column]}”`}`;
    }
    if (['logits', 'probs'].includes(tensor)) {
      return `${position}, for ${this.#rowLabels('wte', this.anatomy.tokens[0] + 1)[column]} to come next`;
    }
    return ['loss', 'share', 'losses'].includes(tensor) ? position : `${position}, number ${column}`;
  }

  #facts() {
    const { numNodes, agreement, step, trains } = this.anatomy;
    return html`
      <p class="facts">
        <span>From step ${count(step)} to step ${count(trains)}</span>
        <span>${count(numNodes)} numbers in the computation graph</span>
        <span>Loss in the reference engine ${agreement.scalarLoss.toFixed(9)}, in the fast engine ${agreement.tensorLoss.toFixed(9)}</span>
        <span>gradients differ by at most ${number(100 * agreement.gradientDifference, 2)}% of the largest gradient</span>
      </p>`;
  }
}

customElements.define('mg-anatomy', StepAnatomy);
