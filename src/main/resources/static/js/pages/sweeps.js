// The page `/sweeps`: all sweeps, and the form for a new one.

import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { api } from '../data/api.js';
import { loss } from '../data/format.js';
import { describedOptions } from '../data/session-options.js';
import { SITE } from '../data/site.js';
import { STATES_OF_SESSIONS, endedTrials, stateInWords, variedName } from '../data/varied-options.js';
import { texts } from '../data/texts.js';
import { Page } from './base/page.js';
import { BestLosses } from './sweeps/best-losses.js';
import './sweeps/sweep-form.js';

const t = await texts('sweeps');

const REFRESH_INTERVAL = 1500; // ms

class SweepsPage extends Page {
  static heading = t('title');
  static help = t('help');
  static keys = [['n', t('keys.new')]];

  static properties = {
    sweeps: { state: true }, // null before the first response
    isLost: { state: true }, // the server does not respond
    limits: { state: true }, // null until it is loaded, like the two after it
    options: { state: true },
    datasets: { state: true },
  };

  static styles = [Page.styles, css`
    h1 { margin-bottom: var(--space-2); }
    .intro { max-width: 65ch; margin-bottom: var(--space-4); color: var(--muted); }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-5); align-items: start; }
    @media (min-width: 1000px) { .columns { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
    .box { padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    h2 { margin-bottom: var(--space-3); font-size: var(--text-l); }
    .scroll { overflow-x: auto; }
    td:first-child { min-width: 14ch; max-width: 22ch; overflow-wrap: anywhere; }
    td:first-child a { display: inline-block; min-height: 24px; min-width: 24px; font-weight: 600; }
  `];

  #bests = new BestLosses();
  #timer = null;

  constructor() {
    super();
    this.sweeps = null;
    this.isLost = false;
    this.limits = null;
    this.options = [];
    this.datasets = null;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#refresh);
    this.#refresh();
    this.#load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#refresh);
  }

  get shortcuts() {
    return { 'n': () => this.renderRoot.querySelector('mg-sweep-form').focus() };
  }

  async #load() {
    try {
      const [limits, datasets] = await Promise.all([api.limits(), api.datasets()]);
      this.options = describedOptions(limits);
      this.datasets = datasets;
      this.limits = limits;
    } catch (error) {
      this.failure = error;
    }
  }

  #refresh = async () => {
    clearTimeout(this.#timer);
    if (document.hidden) {
      return; // polling resumes when the page becomes visible
    }
    try {
      this.sweeps = await api.sweeps();
      this.isLost = false;
      await this.#bests.refresh(this.sweeps);
      this.requestUpdate();
    } catch (error) {
      this.isLost = error.status !== 404; // a sweep may have been deleted meanwhile
    }
    clearTimeout(this.#timer);
    if (this.isConnected) {
      this.#timer = setTimeout(this.#refresh, REFRESH_INTERVAL);
    }
  };

  renderMain() {
    return html`
      <h1>${t('title')}</h1>
      <p class="intro">${t('intro')}</p>
      <div role="status">
        ${this.isLost ? html`<p class="notice bad">${t('serverLost')}</p>` : nothing}
      </div>
      ${this.renderFailure()}
      <div class="columns">
        <section class="box" aria-labelledby="all"><h2 id="all">${t('all')}</h2>${this.#list()}</section>
        <section class="box" aria-labelledby="new"><h2 id="new">${t('new')}</h2>
          <mg-sweep-form .limits=${this.limits} .options=${this.options} .datasets=${this.datasets} .names=${this.#names}
            @started=${(event) => location.assign(`${SITE}sweeps/${event.detail}`)}></mg-sweep-form>
        </section>
      </div>`;
  }

  get #names() {
    return new Set((this.sweeps ?? []).map(({ name }) => name));
  }

  #list() {
    if (this.sweeps === null) {
      return nothing;
    }
    if (this.sweeps.length === 0) {
      return html`<p class="muted">${t('none')}</p>`;
    }
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${t('all')}>
        <table>
          <thead><tr>${['name', 'state', 'trials', 'best', 'varies'].map((column) => html`<th scope="col">${t(`columns.${column}`)}</th>`)}</tr></thead>
          <tbody>${repeat(this.sweeps, ({ name }) => name, (sweep) => this.#row(sweep))}</tbody>
        </table>
      </div>`;
  }

  #row({ name, state, counts, varied }) {
    const { ended, all } = endedTrials(counts);
    return html`
      <tr>
        <td><a href="${SITE}sweeps/${name}">${name}</a></td>
        <td><span class="chip ${STATES_OF_SESSIONS[state] ?? ''}">${stateInWords(state)}</span></td>
        <td>${t('trials', { ended, all })}</td>
        <td title=${t('lowest')}>${loss(this.#bests.of(name))}</td>
        <td>${varied.map((option) => variedName(option)).join(', ')}</td>
      </tr>`;
  }
}

customElements.define('mg-sweeps-page', SweepsPage);
