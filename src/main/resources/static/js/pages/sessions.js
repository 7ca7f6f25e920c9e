// The page `/`: all sessions as cards. Its URL holds what is shown: `?q` filters by name, `?sort` orders,
// `?new` opens the form for a new session, with that name filled in.

import { LitElement, css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { activeRun, api } from '../api.js';
import { MOST } from '../compare/signs.js';
import { count, plural } from '../format.js';
import { freeName } from '../names.js';
import { SITE } from '../site.js';
import { icons } from '../ui/icons.js';
import { bindKeys } from '../ui/keys.js';
import { queryValue, setQuery } from '../ui/query.js';
import { controls } from '../ui/styles.js';
import '../sessions/card.js';
import '../sessions/create.js';
import '../ui/dialog.js';
import '../ui/header.js';
import '../ui/help.js';

const REFRESH = 1500; // ms
const SORTS = {
  name: { label: 'Name', order: () => 0 },
  newest: { label: 'Newest first', order: (a, b) => b.createdAt.localeCompare(a.createdAt) },
  busiest: { label: 'Busiest first', order: (a, b) => b.stepsPerSecond - a.stepsPerSecond || b.step - a.step },
};
const KEYS = [['n', 'new session'], ['/', 'filter by name'], ['p', 'pause all runs'], ['r', 'resume all runs'], ['?', 'this help']];

class SessionsPage extends LitElement {
  static properties = {
    sessions: { state: true }, // null before the first answer
    filter: { state: true },
    sort: { state: true },
    failure: { state: true }, // an error of the last action
    isLost: { state: true }, // the server does not answer
    subject: { state: true }, // the session to clone or delete
    dialogError: { state: true },
    limits: { state: true },
    datasets: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    main { max-width: 1600px; margin: 0 auto; padding: var(--space-5); }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-bottom: var(--space-5); }
    h1 { margin-right: auto; font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.2; }
    h1 .muted { margin-left: var(--space-2); font-size: var(--text-m); font-weight: 400; letter-spacing: 0; }
    .bar input { width: 180px; }
    .bar select { width: auto; }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: var(--space-4); }
    .notice { margin-bottom: var(--space-4); display: flex; gap: var(--space-3); align-items: center; justify-content: space-between; }
    .empty { display: grid; justify-items: center; gap: var(--space-4); padding: 12vh var(--space-4); text-align: center; }
    .empty h2 { font-size: var(--text-xl); }
    .empty p { max-width: 52ch; color: var(--muted); }
    .dialog { display: grid; gap: var(--space-4); }
    .dialog .field { display: grid; gap: var(--space-1); }
    .dialog footer { display: flex; justify-content: flex-end; gap: var(--space-2); }
    @media (max-width: 600px) {
      main { padding: var(--space-4); }
      .bar > .primary { order: -1; }
      .bar h1 { order: -2; }
      .bar input { flex: 1 1 150px; width: auto; }
      .bar button:not(.primary), .bar .button { flex: 1; }
    }
  `];

  #timer = null;
  #unbind = null;

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    this.sessions = null;
    this.filter = query.get('q') ?? '';
    this.sort = query.get('sort') in SORTS ? query.get('sort') : 'name';
    this.failure = null;
    this.isLost = false;
    this.subject = null;
    this.dialogError = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unbind = bindKeys({
      'n': () => this.#create(),
      '/': () => this.renderRoot.querySelector('#filter')?.focus(),
      'p': () => this.#allRuns('training', api.pauseRun),
      'r': () => this.#allRuns('paused', api.resumeRun),
      '?': () => this.#help(),
    });
    document.addEventListener('visibilitychange', this.#refreshNow);
    this.#refreshNow();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unbind();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#refreshNow);
  }

  async firstUpdated() {
    try {
      [this.limits, this.datasets] = await Promise.all([api.limits(), api.datasets()]);
    } catch (error) {
      this.failure = error;
    }
    const name = queryValue('new');
    if (name !== null) {
      this.#create(name);
    }
  }

  #refreshNow = async () => {
    clearTimeout(this.#timer);
    if (document.hidden) {
      return; // begins again when it is looked at
    }
    try {
      this.sessions = await api.sessions();
      this.isLost = false;
    } catch {
      this.isLost = true;
    }
    clearTimeout(this.#timer);
    if (this.isConnected) {
      this.#timer = setTimeout(this.#refreshNow, REFRESH);
    }
  };

  #create(name = '') {
    setQuery({ new: name });
    this.renderRoot.querySelector('mg-create-session').open(name);
  }

  #help() {
    this.renderRoot.querySelector('mg-help').open();
  }

  /** Pauses or resumes the runs of all sessions in a state. */
  async #allRuns(state, call) {
    const names = (this.sessions ?? []).filter((session) => session.state === state).map(({ name }) => name);
    const results = await Promise.allSettled(names.map(async (name) => {
      const run = await activeRun(name);
      return run && call(name, run.id);
    }));
    this.failure = results.find(({ status }) => status === 'rejected')?.reason ?? null;
    this.#refreshNow();
  }

  #ask(dialog, subject) {
    this.subject = subject;
    this.dialogError = null;
    this.#dialog(dialog).open();
  }

  #dialog(name) {
    return this.renderRoot.querySelector(`#${name}`);
  }

  async #answer(dialog, action) {
    try {
      await action();
      this.#dialog(dialog).close();
      this.#refreshNow();
    } catch (error) {
      this.dialogError = error;
    }
  }

  get #shown() {
    const wanted = this.filter.trim().toLowerCase();
    return this.sessions.filter(({ name }) => name.includes(wanted)).sort(SORTS[this.sort].order);
  }

  render() {
    return html`
      <mg-header @help=${this.#help}></mg-header>
      <main>
        ${this.#bar()}
        <div role="status">
          ${this.isLost ? html`<p class="notice bad">The server does not answer. This page tries again by itself.</p>` : nothing}
        </div>
        ${this.failure ? html`<p class="notice bad" role="alert">${this.failure.message}
          <button class="quiet icon" aria-label="Dismiss" @click=${() => { this.failure = null; }}>${icons.close}</button></p>` : nothing}
        ${this.sessions === null ? nothing : this.sessions.length === 0 ? this.#empty() : this.#cards()}
      </main>
      <mg-create-session .limits=${this.limits} .datasets=${this.datasets}
        @created=${this.#refreshNow} @close=${() => setQuery({ new: null })}></mg-create-session>
      ${this.#cloneDialog()} ${this.#deleteDialog()}
      <mg-help .keys=${KEYS}>
        <p>Each card is a tiny GPT that learns from lines of text. The line shows its loss, falling as it learns;
          below it stands what it writes by now. Open one to watch it train.</p>
      </mg-help>`;
  }

  #bar() {
    const sessions = this.sessions ?? [];
    const number = (state) => sessions.filter((session) => session.state === state).length;
    return html`
      <div class="bar">
        <h1>Sessions ${this.sessions === null ? nothing
          : html`<span class="muted">${count(sessions.length)}${number('training') > 0 ? `, ${number('training')} training` : ''}</span>`}</h1>
        <input id="filter" type="search" placeholder="Filter by name" aria-label="Filter by name" .value=${this.filter}
          @input=${(event) => { this.filter = event.target.value; setQuery({ q: this.filter || null }); }}>
        <select aria-label="Order" @change=${(event) => { this.sort = event.target.value; setQuery({ sort: this.sort }); }}>
          ${Object.entries(SORTS).map(([value, { label }]) =>
            html`<option value=${value} ?selected=${value === this.sort}>${label}</option>`)}
        </select>
        <button ?disabled=${number('training') === 0} @click=${() => this.#allRuns('training', api.pauseRun)}>${icons.pause} Pause all</button>
        <button ?disabled=${number('paused') === 0} @click=${() => this.#allRuns('paused', api.resumeRun)}>${icons.play} Resume all</button>
        ${sessions.length === 0 ? nothing : html`<a class="button" href=${this.#comparison} title="The first ${MOST} that are shown, side by side">Compare</a>`}
        <button class="primary" @click=${() => this.#create()}>${icons.plus} New session</button>
      </div>`;
  }

  /** The page that compares what is shown. */
  get #comparison() {
    const names = this.#shown.slice(0, MOST).map(({ name }) => name);
    return names.length === 0 ? `${SITE}compare` : `${SITE}compare?s=${names.join(',')}`;
  }

  #cards() {
    const shown = this.#shown;
    if (shown.length === 0) {
      return html`<p class="muted">No session has “${this.filter}” in its name.</p>`;
    }
    return html`
      <div class="cards">
        ${repeat(shown, ({ name }) => name, (session) => html`
          <mg-session-card .session=${session}
            @changed=${this.#refreshNow}
            @failed=${(event) => { this.failure = event.detail; }}
            @clone=${() => this.#ask('clone', session)}
            @load=${() => this.renderRoot.querySelector('mg-create-session').open(session.name, session.options)}
            @delete=${() => this.#ask('delete', session)}></mg-session-card>`)}
      </div>`;
  }

  #empty() {
    return html`
      <div class="empty">
        <img src="${SITE}img/icon.svg" alt="" width="64" height="64">
        <h2>No sessions yet</h2>
        <p>A session is a tiny GPT with a name. Give it lines of text, such as names, and watch it learn to write more like them.</p>
        <button class="primary" @click=${() => this.#create()}>${icons.plus} New session</button>
      </div>`;
  }

  #dialogProblem() {
    return this.dialogError ? html`<p class="error" id="dialog-error" role="alert">${this.dialogError.message}</p>` : nothing;
  }

  get #names() {
    return new Set((this.sessions ?? []).map(({ name }) => name));
  }

  #cloneDialog() {
    const clone = (event) => {
      event.preventDefault();
      const { value } = event.target.elements.name;
      this.#answer('clone', () => api.fork(this.subject.name, value.trim()));
    };
    return html`
      <mg-dialog id="clone" heading="Clone ${this.subject?.name ?? ''}">
        <form class="dialog" @submit=${clone}>
          <p>The clone has the same parameters, documents and losses, and goes its own way from step ${count(this.subject?.step ?? 0)}.</p>
          <div class="field">
            <label for="clone-name">Name of the clone</label>
            <input id="clone-name" name="name" data-focus required autocomplete="off" spellcheck="false"
              .value=${freeName(this.subject?.name ?? '', this.#names)} aria-describedby=${this.dialogError ? 'dialog-error' : nothing}>
          </div>
          ${this.#dialogProblem()}
          <footer>
            <button type="button" @click=${() => this.#dialog('clone').close()}>Cancel</button>
            <button class="primary">Clone</button>
          </footer>
        </form>
      </mg-dialog>`;
  }

  #deleteDialog() {
    const { name = '', step = 0 } = this.subject ?? {};
    return html`
      <mg-dialog id="delete" heading="Delete ${name}?">
        <div class="dialog">
          <p>Its model and its ${plural(step, 'trained step')} cannot be brought back.</p>
          ${this.#dialogProblem()}
          <footer>
            <button data-focus @click=${() => this.#dialog('delete').close()}>Keep</button>
            <button class="danger" @click=${() => this.#answer('delete', () => api.remove(name))}>${icons.trash} Delete</button>
          </footer>
        </div>
      </mg-dialog>`;
  }
}

customElements.define('mg-sessions-page', SessionsPage);
