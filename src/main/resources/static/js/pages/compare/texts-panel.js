// The panel that compares the texts that each session generates from the same prompt, seed and temperature.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';
import { markStyles, sessionMark } from '../../components/session-marks.js';
import { queryValue, setQuery } from '../../components/url-query.js';
import { SessionQueries, whyUnavailable } from './session-queries.js';

const t = await texts('compare');

const MIN_INTERVAL = 3000; // ms, while a session trains
const MOST_TEXTS = 20;
const DEFAULTS = { prompt: '', seed: 42, temperature: 0.5, texts: 5 };

class TextsPanel extends Panel {
  static heading = t('texts.heading');
  static about = t('texts.about');

  static properties = { settings: { state: true } };

  static styles = [Panel.styles, markStyles, css`
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

  #texts = new SessionQueries(this, (entry, signal) => this.#load(entry, signal));

  constructor() {
    super();
    const numeric = (name) => (queryValue(name) !== null && Number.isFinite(Number(queryValue(name))) ? Number(queryValue(name)) : DEFAULTS[name]);
    this.settings = { prompt: queryValue('prompt') ?? '', seed: numeric('seed'), temperature: numeric('temperature'), texts: numeric('texts') };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#texts.cancel();
  }

  willUpdate() {
    const available = this.live?.present.filter((entry) => whyUnavailable(entry) === null) ?? [];
    const key = JSON.stringify(this.settings);
    this.#texts.request(available, () => key, MIN_INTERVAL);
  }

  /** Scrolls to the prompt and focuses it. */
  write() {
    this.scrollIntoView({ block: 'nearest' });
    this.renderRoot.querySelector('[name=prompt]')?.focus();
  }

  async #load({ name, view: { step } }, signal) {
    const { texts, ...options } = this.settings;
    const samples = await api.generate(name, { ...options, count: texts }, signal);
    return { step, texts: samples.map(({ text }) => text) };
  }

  #submit(event) {
    event.preventDefault();
    const { prompt, seed, temperature, texts } = event.target.elements;
    this.settings = { prompt: prompt.value, seed: Number(seed.value), temperature: Number(temperature.value), texts: Number(texts.value) };
    setQuery(Object.fromEntries(Object.entries(this.settings).map(([name, value]) => [name, value === DEFAULTS[name] ? null : value])));
  }

  renderBody() {
    const { prompt, seed, temperature, texts } = this.settings;
    return html`
      <form @submit=${this.#submit}>
        <label class="prompt">${t('texts.prompt')} <input name="prompt" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${prompt}></label>
        <label>${t('texts.seed')} <input name="seed" type="number" step="1" required .value=${String(seed)}></label>
        <label>${t('texts.temperature')} <input name="temperature" type="number" min="0" step="any" required .value=${String(temperature)}></label>
        <label>${t('texts.number')} <input name="texts" type="number" min="1" max=${MOST_TEXTS} step="1" required .value=${String(texts)}></label>
        <button class="primary">${t('texts.generate')}</button>
      </form>
      ${this.live.entries.length === 0 ? html`<p class="empty">${t('noneChosen')}</p>` : nothing}
      <div class="sessions">${this.live.entries.map((entry) => this.#session(entry))}</div>`;
  }

  #session(entry) {
    const problem = whyUnavailable(entry);
    const result = problem === null ? this.#texts.resultOf(entry) : null;
    return html`
      <section class="session" data-session=${entry.name} aria-label=${t('texts.of', { name: entry.name })}>
        <h3>${sessionMark(entry.slot)} ${entry.name}</h3>
        ${problem !== null ? html`<p class="hint">${problem}</p>`
          : result === null ? html`<p class="hint">${t('loading')}</p>`
          : result.error ? html`<p class="error">${result.error.message}</p>` : html`
            <ol>${result.texts.map((text) => html`<li>${text === '' ? html`<span class="muted">${t('texts.empty')}</span>` : text}</li>`)}</ol>
            <p class="hint">${t('texts.atStep', { step: result.step, isTraining: entry.view.state === 'training' })}</p>`}
      </section>`;
  }

  table() {
    const results = this.live?.present.map((entry) => [entry, this.#texts.resultOf(entry)]).filter(([, result]) => result?.texts) ?? [];
    return results.length === 0 ? null : {
      columns: ['session', 'step', 'text'].map((name) => t(`columns.${name}`)),
      rows: results.flatMap(([{ name }, { step, texts }]) => texts.map((text) => [name, step, text])),
    };
  }
}

customElements.define('mg-compare-texts', TextsPanel);
