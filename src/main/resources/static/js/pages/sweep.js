// The page `/sweeps/{name}`: one sweep, its verdict first. `?sort` in the URL orders the trials.

import { css, html, nothing } from 'lit';

import { api } from '../data/api.js';
import { SITE, nameInPath } from '../data/site.js';
import { STATES_OF_SESSIONS, endedTrials, stateInWords } from '../data/varied-options.js';
import { texts } from '../data/texts.js';
import { icons } from '../components/icons.js';
import { Page } from './base/page.js';
import '../components/dialog.js';
import './sweep/losses-panel.js';
import './sweep/options-panel.js';
import './sweep/trials-panel.js';
import './sweep/verdict.js';

const t = await texts('sweep');

const REFRESH_INTERVAL = 1000; // ms, until the sweep ends
const PANELS = ['trials', 'options', 'losses'];

class SweepPage extends Page {
  static hasPanels = true;
  static help = t('help');
  static keys = [['p', t('keys.pause')]];

  static properties = {
    sweep: { state: true }, // null before the first response
    isAbsent: { state: true },
    isLost: { state: true }, // the server does not respond
    dialogError: { state: true },
  };

  static styles = [Page.styles, css`
    .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
    .progress { display: grid; gap: 5px; margin-bottom: var(--space-4); }
    .progress p { color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .track { height: 6px; border-radius: 3px; background: var(--sunken); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
    .track svg { display: block; width: 100%; height: 100%; }
    .track rect { fill: var(--good); }
    .track.paused rect { fill: var(--warn); }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); margin-top: var(--space-4); }
    .cell { min-width: 0; min-height: 120px; grid-column: span 12; }
    @media (min-width: 1000px) { .cell:not(.trials) { grid-column: span 6; } }
    .absent { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    .dialog { display: grid; gap: var(--space-4); }
    .dialog label { display: flex; align-items: center; gap: var(--space-2); min-height: 28px; font-weight: 400; }
  `];

  #name = nameInPath();
  #panels = PANELS.map((name) => ({ name, element: document.createElement(`mg-sweep-${name}`) }));
  #timer = null;

  constructor() {
    super();
    this.sweep = null;
    this.isAbsent = false;
    this.isLost = false;
    this.dialogError = null;
    this.setTitle(t('title', { name: this.#name }));
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#refresh);
    this.#refresh();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#refresh);
  }

  get shortcuts() {
    return { 'p': () => this.#toggle() };
  }

  #refresh = async () => {
    clearTimeout(this.#timer);
    if (document.hidden) {
      return; // polling resumes when the page becomes visible
    }
    try {
      this.#show(await api.sweep(this.#name));
    } catch (error) {
      this.isAbsent = error.status === 404 || error.code === 'invalid_name';
      this.isLost = !this.isAbsent;
    }
    clearTimeout(this.#timer);
    if (this.isConnected && !this.isAbsent && !this.sweep?.endedAt) {
      this.#timer = setTimeout(this.#refresh, REFRESH_INTERVAL);
    }
  };

  #show(sweep) {
    this.sweep = sweep;
    this.isLost = false;
    const live = {
      name: sweep.name, sweep, describe: () => t('described', { name: sweep.name, steps: sweep.steps }), sourceAt: () => ({ sweep: sweep.name }),
    };
    const view = { step: sweep.steps }; // for file names
    this.#panels.forEach(({ element }) => Object.assign(element, { live, view }));
  }

  // ---- commands

  async #do(command) {
    try {
      this.failure = null;
      await command(this.#name);
    } catch (error) {
      this.failure = error;
    }
    this.#refresh();
  }

  #toggle() {
    if (this.sweep !== null && !this.sweep.endedAt) {
      this.#do(this.sweep.state === 'paused' ? api.resumeSweep : api.pauseSweep);
    }
  }

  #dialog(name) {
    return this.renderRoot.querySelector(`#${name}`);
  }

  #ask(name) {
    this.dialogError = null;
    this.#dialog(name).open();
  }

  async #confirm(name, action) {
    try {
      await action();
      this.#dialog(name).close();
      return true;
    } catch (error) {
      this.dialogError = error;
      return false;
    }
  }

  async #cancel() {
    if (await this.#confirm('cancel', () => api.cancelSweep(this.#name))) {
      this.#refresh();
    }
  }

  async #delete() {
    const sessions = this.#dialog('delete').querySelector('input').checked;
    if (await this.#confirm('delete', () => api.removeSweep(this.#name, { sessions }))) {
      location.assign(`${SITE}sweeps`);
    }
  }

  // ---- rendering

  renderMain() {
    const { sweep } = this;
    return html`
      <div role="status">
        ${this.isLost ? html`<p class="notice bad">${t('serverLost')}</p>` : nothing}
      </div>
      ${this.renderFailure()}
      ${this.isAbsent ? this.#renderAbsent() : sweep === null ? nothing : html`
        ${this.#top()} ${this.#progress()}
        <mg-sweep-verdict .sweep=${sweep}></mg-sweep-verdict>
        <div class="grid">${this.#panels.map(({ name, element }) => html`<div class="cell ${name}">${element}</div>`)}</div>`}`;
  }

  #top() {
    const { name, state, endedAt } = this.sweep;
    return html`
      <div class="top">
        <h1>${name}</h1>
        <span class="chip ${STATES_OF_SESSIONS[state] ?? ''}">${this.isLost ? t('lastKnown', { state: stateInWords(state) }) : stateInWords(state)}</span>
        ${endedAt ? nothing : html`
          <button @click=${this.#toggle}>${state === 'paused' ? html`${icons.play} ${t('resume')}` : html`${icons.pause} ${t('pause')}`}</button>
          <button @click=${() => this.#ask('cancel')}>${icons.stop} ${t('cancel.cancel')}</button>`}
        <button class="danger" @click=${() => this.#ask('delete')}>${icons.trash} ${t('delete.delete')}</button>
      </div>`;
  }

  #progress() {
    const { counts, trials, steps, state, dataset, message } = this.sweep;
    const { ended, all } = endedTrials(counts);
    const isUnderWay = ({ state: of }) => of === 'waiting' || of === 'running' || of === 'paused';
    const done = trials.reduce((sum, trial) => sum + (isUnderWay(trial) ? Math.min(1, trial.step / steps) : 1), 0) / all;
    const others = ['running', 'paused', 'failed', 'cancelled', 'deleted'].filter((each) => counts[each] > 0).map((each) => t('progress.state', { number: counts[each], state: stateInWords(each) }));
    return html`
      <div class="progress">
        <div class="track ${state}" role="progressbar" aria-label=${t('progress.label')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(done * 100)}>
          <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=${done * 100} height="1"></rect></svg>
        </div>
        <p>${[t('progress.trials', { ended, all }), ...others, t('progress.steps', { steps }), dataset].filter(Boolean).join(' · ')}</p>
        ${message ? html`<p class="notice warn">${message}</p>` : nothing}
      </div>`;
  }

  #renderAbsent() {
    return html`
      <div class="absent">
        <h1>${t('absent', { name: this.#name })}</h1>
        <a class="button" href="${SITE}sweeps">${t('all')}</a>
      </div>`;
  }

  #problem() {
    return this.dialogError ? html`<p class="error" role="alert">${this.dialogError.message}</p>` : nothing;
  }

  renderDialogs() {
    return html`
      <mg-dialog id="cancel" heading=${t('cancel.heading', { name: this.#name })}>
        <div class="dialog">
          <p>${t('cancel.what')}</p>
          ${this.#problem()}
          <div class="row">
            <button data-focus @click=${() => this.#dialog('cancel').close()}>${t('cancel.keep')}</button>
            <button class="danger" @click=${this.#cancel}>${icons.stop} ${t('cancel.it')}</button>
          </div>
        </div>
      </mg-dialog>
      <mg-dialog id="delete" heading=${t('delete.heading', { name: this.#name })}>
        <div class="dialog">
          <p>${t('delete.what')}</p>
          <label><input type="checkbox"> ${t('delete.sessions')}</label>
          ${this.#problem()}
          <div class="row">
            <button data-focus @click=${() => this.#dialog('delete').close()}>${t('delete.keep')}</button>
            <button class="danger" @click=${this.#delete}>${icons.trash} ${t('delete.it')}</button>
          </div>
        </div>
      </mg-dialog>`;
  }
}

customElements.define('mg-sweep-page', SweepPage);
