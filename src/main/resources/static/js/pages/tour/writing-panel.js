// The panel that writes one character at a time: the probabilities of the next one, and a button that draws it.

import { css, html, nothing, svg } from 'lit';

import { fixed } from '../../data/format.js';
import { atTemperature } from '../../data/model/sampling.js';
import { BOS, inWords } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';
import { queryValue, setQuery, setQuerySoon } from '../../components/url-query.js';
import { share } from './caption-text.js';

const t = await texts('tour');

const MOST_BARS = 10;
const USUAL_TEMPERATURE = 0.5;
const MOST_HEAT = 2;
const TEXT = 'writing'; // in the URL: the ids of the tokens, and `end` once the end was drawn
const END = 'end';
const HEAT = 'writing-temperature';

class WritingPanel extends Panel {
  static heading = t('writingPanel.heading');
  static about = t('writingPanel.about');

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
    const drawn = /^(\d+\.)*(\d+|end)$/.test(queryValue(TEXT) ?? '') ? queryValue(TEXT).split('.') : [];
    this.text = drawn.filter((id) => id !== END).map(Number);
    this.hasEnded = drawn.at(-1) === END;
    const temperature = Number.parseFloat(queryValue(HEAT) ?? '');
    this.temperature = temperature >= 0 && temperature <= MOST_HEAT ? temperature : USUAL_TEMPERATURE;
    this.probs = null;
    this.spoken = '';
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('facts') && this.facts) {
      const { symbols } = this.facts;
      if (symbols !== null && this.text.some((id) => id >= symbols.length)) {
        this.text = []; // the link is to another model
        this.hasEnded = false;
      }
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
      this.spoken = t('writingPanel.endDrawn');
    } else {
      this.text = [...this.text, id];
      this.spoken = t('writingPanel.drawn', { token: inWords(symbol) });
      if (!this.#isFull) {
        this.#loadProbs();
      }
    }
    this.#updateUrl();
  }

  #updateUrl() {
    setQuery({ [TEXT]: [...this.text, ...(this.hasEnded ? [END] : [])].join('.') || null });
  }

  #heat(temperature) {
    this.temperature = temperature;
    setQuerySoon({ [HEAT]: temperature === USUAL_TEMPERATURE ? null : temperature });
  }

  #restart() {
    this.text = [];
    this.hasEnded = false;
    this.spoken = '';
    this.#updateUrl();
    this.#loadProbs();
  }

  renderBody() {
    const { facts, text, probs, temperature, hasEnded } = this;
    if (!facts?.trace || facts.symbols === null) {
      return html`<p class="empty">${this.instead(t('writingPanel.cannot'))}</p>`;
    }
    const isOver = hasEnded || this.#isFull;
    return html`
      <p class="text"><i>${BOS}</i>${text.map((id) => facts.symbols[id])}${hasEnded ? html`<i>${BOS}</i>` : nothing}</p>
      <div class="row">
        <button class="primary" ?disabled=${isOver || probs === null} @click=${this.#draw}>${t('writingPanel.draw')}</button>
        <button ?disabled=${text.length === 0 && !hasEnded} @click=${this.#restart}>${t('writingPanel.again')}</button>
        <label>${t('writingPanel.temperature')}
          <input type="range" min="0" max=${MOST_HEAT} step="0.05" .value=${String(temperature)}
            aria-valuetext=${fixed(temperature, 2)} @input=${(event) => this.#heat(Number(event.target.value))}>
          <output>${fixed(temperature, 2)}</output></label>
      </div>
      <span class="visually-hidden" role="status">${this.spoken}</span>
      ${isOver ? html`<p class="muted">${hasEnded ? t('writingPanel.ended', { mark: BOS }) : t('writingPanel.full')}</p>`
        : probs === null ? nothing : this.#bars(atTemperature(probs, temperature))}`;
  }

  #bars(probs) {
    const ids = probs.map((_, id) => id).sort((a, b) => probs[b] - probs[a]).slice(0, MOST_BARS);
    return html`
      <ol class="bars" aria-label=${t('writingPanel.likely')}>${ids.map((id) => html`
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
      columns: [t('columns.token'), t('columns.character'), t('columns.pAtOne'), t('columns.pAt', { temperature: fixed(temperature, 2) })],
      rows: probs.map((p, id) => [id, facts.symbols[id], p, drawn[id]]),
    };
  }
}

customElements.define('mg-tour-writing', WritingPanel);
