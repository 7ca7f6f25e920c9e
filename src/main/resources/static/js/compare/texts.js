// What each of the compared sessions writes: the same prompt, the same seed, the same temperature.

import { css, html, nothing } from 'lit';

import { api } from '../api.js';
import { count } from '../format.js';
import { Panel } from '../panel.js';
import { queryValue, setQuery } from '../ui/query.js';
import { tablePicture } from '../ui/table-picture.js';
import { Questions, obstacle } from './questions.js';
import { sign, signs } from './signs.js';

const EVERY = 3000; // ms, while a session trains
const MOST_TEXTS = 20;
const USUAL = { prompt: '', seed: 42, temperature: 0.5, texts: 5 };

class TextsPanel extends Panel {
  static heading = 'Texts';
  static about = 'What each session writes as it is now, from the same prompt, seed and temperature. It draws from a generator '
    + 'of its own, so nothing changes in the sessions. What differs comes from the parameters alone.';

  static properties = { settings: { state: true } };

  static styles = [Panel.styles, signs, css`
    form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-4); }
    form label { display: grid; gap: 2px; width: 92px; }
    form .prompt { flex: 1 1 120px; }
    .sessions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(132px, 100%), 1fr)); gap: var(--space-4) var(--space-3); }
    section.session { display: block; height: auto; min-width: 0; border: 0; border-top: 2px solid var(--line); border-radius: 0; padding-top: var(--space-2); background: none; box-shadow: none; }
    h3 { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 6px; font-size: var(--text-s); overflow-wrap: anywhere; }
    ol { margin: var(--space-1) 0; font: var(--text-m)/1.6 var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
    ol .muted { font-family: var(--font); }
    .empty { color: var(--muted); }
  `];

  #texts = new Questions(this, (entry, signal) => this.#ask(entry, signal));

  constructor() {
    super();
    const numeric = (name) => (queryValue(name) !== null && Number.isFinite(Number(queryValue(name))) ? Number(queryValue(name)) : USUAL[name]);
    this.settings = { prompt: queryValue('prompt') ?? '', seed: numeric('seed'), temperature: numeric('temperature'), texts: numeric('texts') };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#texts.close();
  }

  willUpdate() {
    const asked = this.live?.present.filter((entry) => obstacle(entry) === null) ?? [];
    const subject = JSON.stringify(this.settings);
    this.#texts.want(asked, () => subject, EVERY);
  }

  /** Goes to the prompt. */
  write() {
    this.scrollIntoView({ block: 'nearest' });
    this.renderRoot.querySelector('[name=prompt]')?.focus();
  }

  async #ask({ name, view: { step } }, signal) {
    const { texts, ...options } = this.settings;
    const samples = await api.generate(name, { ...options, count: texts }, signal);
    return { step, texts: samples.map(({ text }) => text) };
  }

  #submit(event) {
    event.preventDefault();
    const { prompt, seed, temperature, texts } = event.target.elements;
    this.settings = { prompt: prompt.value, seed: Number(seed.value), temperature: Number(temperature.value), texts: Number(texts.value) };
    setQuery(Object.fromEntries(Object.entries(this.settings).map(([name, value]) => [name, value === USUAL[name] ? null : value])));
  }

  renderBody() {
    const { prompt, seed, temperature, texts } = this.settings;
    return html`
      <form @submit=${this.#submit}>
        <label class="prompt">Prompt <input name="prompt" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${prompt}></label>
        <label>Seed <input name="seed" type="number" step="1" required .value=${String(seed)}></label>
        <label>Temperature <input name="temperature" type="number" min="0" step="any" required .value=${String(temperature)}></label>
        <label>Texts <input name="texts" type="number" min="1" max=${MOST_TEXTS} step="1" required .value=${String(texts)}></label>
        <button class="primary">Write</button>
      </form>
      ${this.live.entries.length === 0 ? html`<p class="empty">No session has been chosen.</p>` : nothing}
      <div class="sessions">${this.live.entries.map((entry) => this.#session(entry))}</div>`;
  }

  #session(entry) {
    const problem = obstacle(entry);
    const answer = problem === null ? this.#texts.answerOf(entry) : null;
    return html`
      <section class="session" data-session=${entry.name} aria-label="Texts of ${entry.name}">
        <h3>${sign(entry.slot)} ${entry.name}</h3>
        ${problem !== null ? html`<p class="hint">${problem}</p>`
          : answer === null ? html`<p class="hint">Asking …</p>`
          : answer.error ? html`<p class="error">${answer.error.message}</p>` : html`
            <ol>${answer.texts.map((text) => html`<li>${text === '' ? html`<span class="muted">(empty)</span>` : text}</li>`)}</ol>
            <p class="hint">step ${count(answer.step)}${entry.view.state === 'training' ? ' or a little later' : ''}</p>`}
      </section>`;
  }

  table() {
    const answers = this.live?.present.map((entry) => [entry, this.#texts.answerOf(entry)]).filter(([, answer]) => answer?.texts) ?? [];
    return answers.length === 0 ? null : {
      columns: ['session', 'step', 'text'],
      rows: answers.flatMap(([{ name }, { step, texts }]) => texts.map((text) => [name, step, text])),
    };
  }

  picture() {
    return tablePicture(this.constructor.heading, this.table());
  }
}

customElements.define('mg-compare-texts', TextsPanel);
