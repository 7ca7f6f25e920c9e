// The panel that writes one character at a time: the probabilities of the next one, and a button that draws it.

import { css, html, nothing, svg } from 'lit';

import { atTemperature } from '../../data/model/sampling.js';
import { BOS, inWords } from '../../data/model/tokens.js';
import { Panel } from '../../components/panel.js';
import { share } from './caption-text.js';

const MOST_BARS = 10;

class WritingPanel extends Panel {
  static heading = 'Write';
  static about = 'Draws one character after another, with the probabilities shown. The session stays unchanged.';

  static properties = {
    facts: { attribute: false },
    text: { state: true }, // the tokens drawn so far
    hasEnded: { state: true },
    temperature: { state: true },
    probs: { state: true }, // of the next token, at temperature 1; null until they are loaded
    spoken: { state: true }, // for screen readers
  };

  static styles = [Panel.styles, css`
    .text { min-height: 2.2em; padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font: var(--text-l)/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
    .text i { color: var(--muted); font-style: normal; }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); margin: var(--space-3) 0; }
    label { display: grid; grid-template-columns: auto minmax(60px, 1fr) 4.5ch; align-items: center; gap: 6px; flex: 1 1 220px; font-weight: 400; }
    output { text-align: right; font-variant-numeric: tabular-nums; }
    .bars li { display: grid; grid-template-columns: 6ch 1fr 8ch; align-items: center; gap: var(--space-2); min-height: 24px; font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .bars li > span:first-child { font-family: var(--mono); white-space: pre; overflow: hidden; }
    .bars li > span:last-child { text-align: right; }
    .bars svg { display: block; width: 100%; height: 10px; }
    .bars rect { fill: var(--data-1); }
    .empty { display: grid; place-items: center; min-height: 240px; color: var(--muted); }
  `];

  #loadingKey = ''; // what the newest request for `probs` is about

  constructor() {
    super();
    this.text = [];
    this.hasEnded = false;
    this.temperature = 0.5;
    this.probs = null;
    this.spoken = '';
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('facts') && this.facts) {
      this.#loadProbs();
    }
  }

  /** Loads the probabilities of what comes after the text. */
  async #loadProbs() {
    const { live, facts } = this;
    const text = this.text.map((id) => facts.characters[id]).join('');
    const key = `${facts.step} ${facts.at} ${text}`;
    this.#loadingKey = key;
    this.probs = null;
    const reply = await this.run(live.api.inspect(live.name, { text, ...(facts.at !== null && { step: facts.at }) }));
    if (this.#loadingKey === key) {
      this.probs = reply?.vizData.at(-1)?.probs ?? null;
    }
  }

  get #isFull() {
    return this.text.length >= this.view.options.blockSize;
  }

  #draw() {
    const probs = atTemperature(this.probs, this.temperature);
    let rest = Math.random();
    const drawn = probs.findIndex((p) => (rest -= p) < 0);
    const id = drawn < 0 ? probs.indexOf(Math.max(...probs)) : drawn; // their sum may be a little below 1
    const symbol = this.facts.symbols[id];
    if (symbol === BOS) {
      this.hasEnded = true;
      this.spoken = 'The end was drawn.';
    } else {
      this.text = [...this.text, id];
      this.spoken = `${inWords(symbol)} was drawn.`;
      if (!this.#isFull) {
        this.#loadProbs();
      }
    }
  }

  #restart() {
    this.text = [];
    this.hasEnded = false;
    this.spoken = '';
    this.#loadProbs();
  }

  renderBody() {
    const { facts, text, probs, temperature, hasEnded } = this;
    if (!facts?.trace || facts.symbols === null) {
      return html`<p class="empty">${this.instead('This model cannot write here.')}</p>`;
    }
    const isOver = hasEnded || this.#isFull;
    return html`
      <p class="text"><i>${BOS}</i>${text.map((id) => facts.symbols[id])}${hasEnded ? html`<i>${BOS}</i>` : nothing}</p>
      <div class="row">
        <button class="primary" ?disabled=${isOver || probs === null} @click=${this.#draw}>Draw the next character</button>
        <button ?disabled=${text.length === 0 && !hasEnded} @click=${this.#restart}>Start again</button>
        <label>Temperature
          <input type="range" min="0" max="2" step="0.05" .value=${String(temperature)}
            aria-valuetext=${temperature.toFixed(2)} @input=${(event) => { this.temperature = Number(event.target.value); }}>
          <output>${temperature.toFixed(2)}</output></label>
      </div>
      <span class="visually-hidden" role="status">${this.spoken}</span>
      ${isOver ? html`<p class="muted">${hasEnded ? html`${BOS} was drawn: the text has ended.` : 'The text is as long as the model can read.'}</p>`
        : probs === null ? nothing : this.#bars(atTemperature(probs, temperature))}`;
  }

  #bars(probs) {
    const ids = probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, MOST_BARS);
    return html`
      <ol class="bars" aria-label="The most likely next tokens">${ids.map((id) => html`
        <li><span>${this.facts.symbols[id]}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${svg`<rect width=${100 * probs[id]} height="10" />`}</svg>
          <span>${share(probs[id])}</span></li>`)}</ol>`;
  }

  table() {
    const { probs, temperature, facts } = this;
    if (probs === null || !facts?.symbols) {
      return null;
    }
    const drawn = atTemperature(probs, temperature);
    return {
      columns: ['token', 'character', 'p at temperature 1', `p at ${temperature.toFixed(2)}`],
      rows: probs.map((p, id) => [id, facts.symbols[id], p, drawn[id]]),
    };
  }
}

customElements.define('mg-tour-writing', WritingPanel);
