// The panel that shows how the bytes of a text are merged into its tokens, step by step.

import { css, html, nothing } from 'lit';

import { count } from '../../data/format.js';
import { textOfByte, tokensAfter } from '../../data/model/merges.js';
import { clipped, inWords, visible } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { Panel } from '../../components/panel.js';
import { PolledQuery } from '../../components/polled-query.js';
import { setQuerySoon, wholeNumberInQuery } from '../../components/url-query.js';

const t = await texts('lab');

const MADE = 'merges'; // in the URL
const MOST = 400; // tokens that are shown
const LONGEST = 24; // characters of a token

class TokensPanel extends Panel {
  static heading = t('tokens.heading');
  static about = t('tokens.about');

  static properties = { made: { state: true } }; // merges that are made; null for all

  static styles = [Panel.styles, css`
    .moves { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); }
    .moves input { flex: 1 1 160px; min-height: 28px; }
    .moves output { min-width: 12ch; font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .told { min-height: 1.6em; margin: var(--space-2) 0; font-size: var(--text-s); }
    .told b { font-family: var(--mono); white-space: pre; }
    .tokens { max-height: 260px; overflow: auto; }
    ol { display: flex; flex-wrap: wrap; gap: var(--space-1); padding: 2px; }
    li { display: grid; justify-items: center; min-width: 30px; padding: var(--space-1) 6px; border: 1px solid var(--line); border-radius: var(--radius-small); }
    li b { font: 600 var(--text-m)/1.4 var(--mono); white-space: pre; }
    li span { color: var(--muted); font-size: var(--text-xs); font-variant-numeric: tabular-nums; }
    li.new { border-color: var(--data-2); box-shadow: inset 0 0 0 1px var(--data-2); }
    .empty { display: grid; place-items: center; min-height: 120px; color: var(--muted); }
  `];

  #split = new PolledQuery(this, (signal) => this.#load(signal));

  constructor() {
    super();
    this.made = wholeNumberInQuery(MADE);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#split.cancel();
  }

  get #text() {
    return this.trace?.doc ?? null;
  }

  /** Changes with the text, and with the tokens of the session. */
  get #key() {
    return JSON.stringify([this.view.createdAt, this.view.vocabSize, this.view.numDocs, this.#text]);
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.live === undefined || this.#text === null) {
      return;
    }
    this.#split.request(this.#key, null);
  }

  async #load(signal) {
    const [key, text] = [this.#key, this.#text];
    const { steps } = await this.live.api.tokenize(this.live.name, text, signal);
    this.made = this.#split.result === null ? this.made : null; // at first, that of the URL
    return { key, text, steps };
  }

  /** The newest result, if it is about the text. */
  get #shown() {
    const { result } = this.#split;
    return result !== null && result.key === this.#key ? result : null;
  }

  #move(step) {
    const { steps } = this.#shown;
    this.made = Math.max(0, Math.min(steps.length, step));
    setQuerySoon({ [MADE]: this.made === steps.length ? null : this.made });
  }

  renderBody() {
    const shown = this.#text === null ? null : this.#shown;
    if (shown === null) {
      return html`<p class="empty">${this.instead(t('tokens.loading'))}</p>`;
    }
    const { text, steps } = shown;
    const made = Math.min(this.made ?? steps.length, steps.length);
    const tokens = tokensAfter(text, steps, made);
    return html`
      <div class="moves">
        <button ?disabled=${made === 0} @click=${() => this.#move(made - 1)}>${icons.back} ${t('tokens.back')}</button>
        <input type="range" min="0" max=${steps.length} step="1" .value=${String(made)} aria-label=${t('tokens.made')}
          aria-valuetext=${this.#inWords(steps, made, tokens)} @input=${(event) => this.#move(Number(event.target.value))}>
        <button ?disabled=${made === steps.length} @click=${() => this.#move(made + 1)}>${icons.forward} ${t('tokens.merge')}</button>
        <output>${t('tokens.progress', { made, all: steps.length })}</output>
      </div>
      <p class="told" role="status">${this.#told(steps, made, tokens)}</p>
      <div class="tokens" tabindex="0" role="region" aria-label=${t('tokens.ofText')}><ol>${tokens.slice(0, MOST).map((token) => html`
        <li class=${token.isNew ? 'new' : ''} title=${t('tokens.token', { text: visible(token.text), id: token.id })}><b>${clipped(visible(token.text), LONGEST)}</b><span>${token.id}</span></li>`)}</ol></div>
      ${tokens.length > MOST ? html`<p class="hint">${t('tokens.first', { most: MOST, all: count(tokens.length) })}</p>` : nothing}`;
  }

  #told(steps, made, tokens) {
    if (made === 0) {
      return t('tokens.bytes', { bytes: tokens.length });
    }
    const { id, text, at } = steps[made - 1];
    const [left, right] = this.#partsOf(steps[made - 1], steps);
    const bold = (token) => html`<b>${visible(token)}</b>`;
    return t.html('tokens.merged', { left: bold(left), right: bold(right), text: bold(text), id, places: at.length, tokens: tokens.length });
  }

  #inWords(steps, made, tokens) {
    return made === 0 ? t('tokens.spokenNone', { all: steps.length, tokens: tokens.length })
      : t('tokens.spoken', { made, all: steps.length, last: inWords(steps[made - 1].text), tokens: tokens.length });
  }

  /** The texts of the two tokens that a step joins: bytes, or made by earlier steps of the text. */
  #partsOf({ left, right }, steps) {
    const textOf = (id) => (id < 256 ? textOfByte(id) : steps.find((step) => step.id === id)?.text ?? '');
    return [textOf(left), textOf(right)];
  }

  table() {
    const shown = this.live === undefined || this.#text === null ? null : this.#shown;
    return shown === null ? null : {
      columns: ['merge', 'left', 'right', 'token', 'text', 'places'].map((name) => t(`tokens.columns.${name}`)),
      rows: shown.steps.map((step, i) => [i + 1, ...this.#partsOf(step, shown.steps), step.id, step.text, step.at.length]),
    };
  }
}

customElements.define('mg-lab-tokens', TokensPanel);
