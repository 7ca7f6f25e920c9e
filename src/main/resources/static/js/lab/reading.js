// A text passing through the model as it is or was: its surprisals, what comes after it, and the panels that
// look inside, all on this one text.

import { LitElement, css, html, nothing } from 'lit';

import { Latest } from '../latest.js';
import { subjectOf } from '../model/subject.js';
import { positionsOf } from '../model/text.js';
import { surprisalsOf } from './surprise.js';
import { controls } from '../ui/styles.js';
import './continuation.js';

const AGAIN = 700; // ms from one answer to the next while the model trains

const PANELS = [
  { tag: 'mg-attention-panel', columns: 6, isInPair: true, load: () => import('../panels/attention.js') },
  { tag: 'mg-probabilities-panel', columns: 6, isInPair: true, load: () => import('../panels/probabilities.js') },
  { tag: 'mg-network-panel', columns: 12, isInPair: false, load: () => import('../panels/network.js') },
  { tag: 'mg-embeddings-panel', columns: 6, isInPair: false, load: () => import('../panels/embeddings.js') },
  { tag: 'mg-mlp-panel', columns: 6, isInPair: true, load: () => import('../panels/mlp.js') },
];

/**
 * `<mg-reading .live .view .revision .text .at .temperature .seed .isPair>`; `at` null for the present. Sends
 * `read` with the text when its surprisals are on the page.
 */
class Reading extends LitElement {
  static properties = {
    live: { attribute: false }, view: { attribute: false }, revision: { attribute: false },
    text: { attribute: false }, at: { attribute: false }, temperature: { attribute: false }, seed: { attribute: false },
    isPair: { attribute: false },
    answer: { state: true }, // {doc, tokens, vizData, step, truncated}; null before the first
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
  #asked = ''; // what the newest question was about
  #askedAt = 0;
  #timer = null;
  #subject = null;
  #chosen = () => this.requestUpdate();
  #reader = new Latest(async ({ text, at, key }) => {
    const { live } = this;
    try {
      const { text: doc, ...reply } = await live.api.inspect(live.name, { text, step: at ?? undefined });
      this.answer = { ...reply, doc, key, step: at === null ? live.view.step : reply.step };
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
    }
  });

  constructor() {
    super();
    this.answer = null;
    this.failure = null;
    this.isPair = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#subject?.removeEventListener('change', this.#chosen);
  }

  willUpdate() {
    if (this.#subject === null) {
      this.#subject = subjectOf(this.live);
      this.#subject.addEventListener('change', this.#chosen);
    }
    if (this.#panels === null || this.#panels.isPair !== this.isPair) {
      const chosen = PANELS.filter(({ isInPair }) => !this.isPair || isInPair);
      this.#panels = chosen.map((panel) => ({ ...panel, element: Object.assign(document.createElement(panel.tag), { isFixed: true }) }));
      this.#panels.isPair = this.isPair;
      chosen.forEach(({ load }) => load().catch((error) => { this.failure = error; }));
    }
    this.#ask();
  }

  /** At once about another text or step; about a model that has trained on when it is time. */
  #ask() {
    const { text, at, view } = this;
    const key = `${at ?? 'now'} ${text}`;
    const version = `${key} ${view.createdAt} ${at ?? view.step}`;
    if (version === this.#asked) {
      return;
    }
    const wait = this.#askedAt + AGAIN - performance.now();
    if (this.#asked.startsWith(`${key} ${view.createdAt}`) && wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.requestUpdate();
      }, wait);
      return;
    }
    this.#asked = version;
    this.#askedAt = performance.now();
    this.#reader.ask({ text, at, key });
  }

  async updated(changed) {
    if (changed.has('answer') && this.answer !== null) {
      const { doc } = this.answer;
      await this.renderRoot.querySelector('mg-surprise').updateComplete;
      this.dispatchEvent(new CustomEvent('read', { detail: doc, bubbles: true, composed: true }));
    }
  }

  render() {
    const { answer, failure, text, live, at } = this;
    if (answer === null) {
      return failure ? html`<p class="error" role="alert">${failure.message}</p>` : nothing;
    }
    const positions = positionsOf(answer);
    for (const { element } of this.#panels) {
      Object.assign(element, { live, view: this.view, trace: answer, at, revision: this.revision });
    }
    const isStale = failure !== null;
    return html`
      ${isStale ? html`<p class="error" role="alert">${failure.message}</p>` : nothing}
      <div class=${isStale ? 'stale' : ''}>
        <div class="strip">
          <mg-surprise .surprisals=${surprisalsOf(positions, answer.vizData)} .chosen=${this.#subject.position}
            @choose=${({ detail }) => this.#subject.choose(detail === this.#subject.position ? null : detail)}></mg-surprise>
        </div>
        ${answer.truncated ? html`<p class="hint">The text is longer than the context of ${this.view.options.blockSize}: only its
          beginning is read.</p>` : nothing}
        <h3>It goes on</h3>
        <mg-continuation .live=${live} .text=${text} .at=${at} .temperature=${this.temperature} .seed=${this.seed}></mg-continuation>
        <div class="grid ${this.isPair ? '' : 'single'}">${this.#panels.map(({ element, columns }) => html`
          <div class="cell" data-columns=${columns}>${element}</div>`)}</div>
      </div>`;
  }
}

customElements.define('mg-reading', Reading);
