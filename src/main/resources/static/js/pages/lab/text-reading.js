// One text processed by the model of one step: its surprisals, a continuation, and the panels that inspect the
// model, all for this text.

import { LitElement, css, html, nothing } from 'lit';

import { CoalescedCall } from '../../data/coalesced-call.js';
import { inspectedDocumentOf } from '../../data/inspected-document.js';
import { positionsOf } from '../../data/model/tokens.js';
import { vocabularyOf } from '../../data/vocabulary.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';
import { surprisalsOf } from './surprisals.js';
import './continuation.js';

const t = await texts('lab');

const MIN_INTERVAL = 700; // ms between two requests while the model trains

const PANELS = [
  { tag: 'mg-lab-tokens', columns: 12, isInPair: false, tokenizer: 'bpe', load: () => import('./tokens-panel.js') },
  { tag: 'mg-attention-panel', columns: 6, isInPair: true, load: () => import('../../panels/attention.js') },
  { tag: 'mg-probabilities-panel', columns: 6, isInPair: true, load: () => import('../../panels/probabilities.js') },
  { tag: 'mg-network-panel', columns: 12, isInPair: false, load: () => import('../../panels/network.js') },
  { tag: 'mg-embeddings-panel', columns: 6, isInPair: false, load: () => import('../../panels/embeddings.js') },
  { tag: 'mg-mlp-panel', columns: 6, isInPair: true, load: () => import('../../panels/mlp.js') },
];

/**
 * `<mg-reading .live .view .revision .text .at .temperature .seed .isPair>`; `at` null for the present. Sends
 * `read` with the text once its surprisals are rendered, and `legible` after each response: with the error if the text
 * has a character that the model does not know, otherwise with null.
 */
class TextReading extends LitElement {
  static properties = {
    live: { attribute: false }, view: { attribute: false }, revision: { attribute: false },
    text: { attribute: false }, at: { attribute: false }, temperature: { attribute: false }, seed: { attribute: false },
    isPair: { attribute: false },
    result: { state: true }, // {doc, tokens, vizData, step, truncated}; null before the first response
    failure: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    .strip { min-height: 92px; }
    h3 { margin: var(--space-3) 0 0; font-size: var(--text-s); }
    .stale { opacity: 0.5; }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); margin-top: var(--space-4); }
    .cell { min-width: 0; min-height: 320px; grid-column: span 12; }
    @media (min-width: 1000px) {
      .single .cell[data-columns="6"] { grid-column: span 6; }
    }
  `];

  #panels = null;
  #requestedVersion = ''; // what the newest request is about
  #requestedAt = 0;
  #timer = null;
  #document = null;
  #chosen = () => this.requestUpdate();
  #reader = new CoalescedCall(async ({ text, at, key }) => {
    const { live } = this;
    try {
      const { text: doc, ...reply } = await live.api.inspect(live.name, { text, step: at ?? undefined });
      this.result = { ...reply, doc, key, step: at === null ? live.view.step : reply.step };
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
    const detail = this.#isIllegible ? this.failure : null; // which the page shows beside the text
    this.dispatchEvent(new CustomEvent('legible', { detail }));
  });

  constructor() {
    super();
    this.result = null;
    this.failure = null;
    this.isPair = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#document?.removeEventListener('change', this.#chosen);
  }

  willUpdate() {
    if (this.#document === null) {
      this.#document = inspectedDocumentOf(this.live);
      this.#document.addEventListener('change', this.#chosen);
    }
    const kind = this.view.options.tokenizer ?? 'chars';
    if (this.#panels === null || this.#panels.isPair !== this.isPair || this.#panels.tokenizer !== kind) {
      const chosen = PANELS.filter(({ isInPair, tokenizer = kind }) => (!this.isPair || isInPair) && tokenizer === kind);
      this.#panels = chosen.map((panel) => ({ ...panel, element: Object.assign(document.createElement(panel.tag), { isFixed: true }) }));
      this.#panels.isPair = this.isPair;
      this.#panels.tokenizer = kind;
      chosen.forEach(({ load }) => load().catch((error) => { this.failure = error; }));
    }
    this.#request();
  }

  get #isIllegible() {
    return this.failure?.code === 'unknown_character';
  }

  /** Requests another text or step at once; the same one, when the model has trained further, when it is due. */
  #request() {
    const { text, at, view } = this;
    const key = `${at ?? 'now'} ${text}`;
    const version = `${key} ${view.createdAt} ${at ?? view.step}`;
    if (version === this.#requestedVersion) {
      return;
    }
    const wait = this.#requestedAt + MIN_INTERVAL - performance.now();
    if (this.#requestedVersion.startsWith(`${key} ${view.createdAt}`) && wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.requestUpdate();
      }, wait);
      return;
    }
    this.#requestedVersion = version;
    this.#requestedAt = performance.now();
    this.#reader.request({ text, at, key });
  }

  async updated(changed) {
    if (changed.has('result') && this.result !== null) {
      const { doc } = this.result;
      await this.renderRoot.querySelector('mg-surprise').updateComplete;
      this.dispatchEvent(new CustomEvent('read', { detail: doc, bubbles: true, composed: true }));
    }
  }

  render() {
    const { result, failure, text, live, at } = this;
    const error = failure === null || this.#isIllegible ? nothing : html`<p class="error" role="alert">${failure.message}</p>`;
    if (result === null) {
      return error;
    }
    const vocabulary = vocabularyOf(live);
    vocabulary.updatePairs(live, this.view)?.then(this.#chosen, () => {}); // without it, byte pairs are dots
    const positions = positionsOf(result, vocabulary.symbolOf);
    for (const { element } of this.#panels) {
      Object.assign(element, { live, view: this.view, trace: result, at, revision: this.revision });
    }
    return html`
      ${error}
      <div class=${failure === null ? '' : 'stale'}>
        <div class="strip">
          <mg-surprise .surprisals=${surprisalsOf(positions, result.vizData)} .chosen=${this.#document.position}
            .characters=${result.truncated ? null : [...result.doc].length}
            @choose=${({ detail }) => this.#document.choose(detail === this.#document.position ? null : detail)}></mg-surprise>
        </div>
        ${result.truncated ? html`<p class="hint">${t('reading.truncated', { blockSize: this.view.options.blockSize })}</p>` : nothing}
        <h3>${t('reading.continuation')}</h3>
        <mg-continuation .live=${live} .text=${text} .at=${at} .temperature=${this.temperature} .seed=${this.seed}></mg-continuation>
        <div class="grid ${this.isPair ? '' : 'single'}">${this.#panels.map(({ element, columns }) => html`
          <div class="cell" data-columns=${columns}>${element}</div>`)}</div>
      </div>`;
  }
}

customElements.define('mg-reading', TextReading);
