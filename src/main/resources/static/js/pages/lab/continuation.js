// The text that the model generates after a given one, character by character.

import { LitElement, css, html, nothing } from 'lit';

import { visible } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';
import { percent } from './surprisals.js';

const t = await texts('lab');

const SETTLED = 250; // ms without a change before it generates

/** `<mg-continuation .live .text .at .temperature .seed>`: generated again whenever one of these changes. */
class Continuation extends LitElement {
  static properties = {
    live: { attribute: false }, text: { attribute: false }, at: { attribute: false },
    temperature: { attribute: false }, seed: { attribute: false },
    written: { state: true }, told: { state: true }, failure: { state: true }, isDone: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; min-width: 0; }
    p { min-height: 2em; font: var(--text-l)/1.7 var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
    .given { color: var(--muted); }
    mark { cursor: pointer; background: none; color: var(--ink); font-weight: 600; border-bottom: 2px solid var(--data-1); }
    .sure1 { border-bottom-width: 1px; border-bottom-style: dashed; }
    .end { color: var(--muted); }
    .error { font-family: var(--font); font-size: var(--text-s); }
  `];

  #timer = null;
  #call = null; // AbortController of the request under way

  constructor() {
    super();
    this.written = [];
    this.told = null; // the index of the character whose probability is shown
    this.failure = null;
    this.isDone = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#call?.abort();
  }

  updated(changed) {
    if (['text', 'at', 'temperature', 'seed'].some((name) => changed.has(name))) {
      clearTimeout(this.#timer);
      this.#call?.abort();
      this.#timer = setTimeout(() => this.#write(), SETTLED);
    }
  }

  async #write() {
    const call = new AbortController();
    this.#call = call;
    const { live, text, at, temperature, seed } = this;
    const options = { prompt: text, temperature, seed, step: at ?? undefined };
    const written = [];
    try {
      for await (const { event, data } of live.api.write(live.name, options, call.signal)) {
        if (call.signal.aborted) {
          return;
        }
        if (event === 'token') {
          written.push(data);
          this.#show(written, false);
        } else if (event === 'error') {
          throw new Error(data.detail);
        }
      }
      this.#show(written, true);
    } catch (error) {
      if (error.name !== 'AbortError' && !call.signal.aborted) {
        this.failure = error;
        this.written = [];
      }
    }
  }

  #key = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.renderRoot.querySelectorAll('mark')[Math.max(0, Math.min(this.written.length - 1, this.told + step))].focus();
    }
  };

  #show(written, isDone) {
    this.failure = null;
    this.written = [...written];
    this.isDone = isDone;
  }

  render() {
    if (this.failure?.code === 'unknown_character') {
      return nothing; // the page says so beside the text
    }
    if (this.failure !== null) {
      return html`<p class="error" role="alert">${this.failure.message}</p>`;
    }
    const end = this.isDone ? html`<span class="end" title=${t('continuation.end')}>◆</span>` : nothing;
    const told = this.written[this.told];
    const stop = told === undefined ? 0 : this.told; // where Tab goes
    return html`<p aria-live="polite"><span class="given">${[...this.text].map(visible).join('')}</span>${this.written.map(({ char, prob }, i) => html`<mark
      class=${prob < 0.25 ? 'sure1' : ''} title=${t('continuation.probability', { probability: percent(prob) })} role="button" tabindex=${i === stop ? 0 : -1}
      aria-label=${t('continuation.character', { character: visible(char), probability: percent(prob) })} @click=${() => { this.told = i; }} @focus=${() => { this.told = i; }}
      @keydown=${this.#key}>${visible(char)}</mark>`)}${end}</p>
      <div class="hint" role="status">${this.written.length === 0 ? nothing : told === undefined ? t('continuation.hint')
        : t('continuation.told', { character: visible(told.char), probability: percent(told.prob) })}</div>`;
  }
}

customElements.define('mg-continuation', Continuation);
