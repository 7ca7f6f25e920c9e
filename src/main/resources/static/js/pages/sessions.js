// The page `/`: all sessions as cards. Its URL holds what is shown: `?q` filters by name, `?sort` orders,
// `?new` opens the form for a new session, with that name filled in; `?again` the form
// that starts an existing session again. The top of the page says what this is.

import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { activeRun, api } from '../data/api.js';
import { availableName } from '../data/session-names.js';
import { describedOptions } from '../data/session-options.js';
import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { icons } from '../components/icons.js';
import { MOST_SESSIONS } from '../components/session-marks.js';
import { queryValue, setQuery } from '../components/url-query.js';
import { Page } from './base/page.js';
import '../components/dialog.js';
import './sessions/continue-session.js';
import './sessions/create-session.js';
import './sessions/front-door.js';
import './sessions/session-card.js';

const t = await texts('sessions');

const REFRESH_INTERVAL = 1500; // ms
const SORTS = {
  name: { order: () => 0 },
  newest: { order: (a, b) => b.createdAt.localeCompare(a.createdAt) },
  busiest: { order: (a, b) => b.stepsPerSecond - a.stepsPerSecond || b.step - a.step },
};

class SessionsPage extends Page {
  static heading = t('title');
  static help = t('help');
  static keys = [['n', t('keys.new')], ['/', t('keys.filter')], ['p', t('keys.pause')], ['r', t('keys.resume')]];

  static properties = {
    sessions: { state: true }, // null before the first response
    filter: { state: true },
    sort: { state: true },
    selected: { state: true }, // the names of the sessions to compare, in the order of selection
    isLost: { state: true }, // the server does not respond
    dialogSession: { state: true }, // the session to clone or delete
    dialogError: { state: true },
    limits: { state: true }, // null until it is loaded, like the two after it
    options: { state: true },
    datasets: { state: true },
  };

  static styles = [Page.styles, css`
    main { padding: var(--space-5); }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-bottom: var(--space-5); }
    .bar h2 { margin-right: auto; font-size: var(--text-xl); line-height: 1.2; letter-spacing: -0.015em; }
    .bar h2 .muted { margin-left: var(--space-2); font-size: var(--text-m); font-weight: 400; letter-spacing: 0; }
    .bar input { width: 180px; }
    .bar select { width: auto; }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: var(--space-4); }
    .notice { margin-bottom: var(--space-4); }
    .dialog { display: grid; gap: var(--space-4); }
    .dialog .field { display: grid; gap: var(--space-1); }
    .dialog footer { display: flex; justify-content: flex-end; gap: var(--space-2); }
    @media (max-width: 600px) {
      main { padding: var(--space-4); }
      .bar > .primary { order: -1; }
      .bar h2 { order: -2; }
      .bar input { flex: 1 1 150px; width: auto; }
      .bar button:not(.primary), .bar .button { flex: 1; }
    }
  `];

  #timer = null;

  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    this.sessions = null;
    this.limits = null;
    this.options = null;
    this.datasets = null;
    this.filter = query.get('q') ?? '';
    this.sort = query.get('sort') in SORTS ? query.get('sort') : 'name';
    this.selected = [];
    this.isLost = false;
    this.dialogSession = null;
    this.dialogError = null;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#refreshNow);
    this.#refreshNow();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#refreshNow);
  }

  get shortcuts() {
    return {
      'n': () => this.#create(),
      '/': () => this.renderRoot.querySelector('#filter')?.focus(),
      'p': () => this.#allRuns('training', api.pauseRun),
      'r': () => this.#allRuns('paused', api.resumeRun),
    };
  }

  async firstUpdated() {
    await this.#loadLimits();
    const name = queryValue('new');
    const again = queryValue('again');
    if (name !== null) {
      this.#create(name);
    } else if (again !== null) {
      await this.#startAgain(again);
    }
  }

  async #startAgain(name) {
    try {
      const session = (await api.sessions()).find((each) => each.name === name);
      if (session !== undefined) {
        this.#openForm({ name, existing: session.options });
      }
    } catch (error) {
      this.failure = error;
    }
  }

  /** Loads what the form needs; does nothing if it has been loaded. Returns whether it has. */
  async #loadLimits() {
    try {
      if (this.limits === null) {
        [this.limits, this.datasets] = await Promise.all([api.limits(), api.datasets()]);
        this.options = describedOptions(this.limits);
      }
      await this.updateComplete;
      return true;
    } catch (error) {
      this.failure = error;
      return false;
    }
  }

  #refreshNow = async () => {
    clearTimeout(this.#timer);
    if (document.hidden) {
      return; // polling resumes when the page becomes visible
    }
    try {
      this.sessions = await api.sessions();
      this.selected = this.selected.filter((name) => this.#names.has(name));
      this.isLost = false;
    } catch {
      this.isLost = true;
    }
    clearTimeout(this.#timer);
    if (this.isConnected) {
      this.#timer = setTimeout(this.#refreshNow, REFRESH_INTERVAL);
    }
  };

  #create(name = '', source = undefined) {
    setQuery({ new: name });
    this.#openForm({ name, source });
  }

  /** @param form what `mg-create-session` opens with */
  async #openForm(form) {
    if (await this.#loadLimits()) {
      this.renderRoot.querySelector('mg-create-session').open(form);
    }
  }

  async #continue(name) {
    if (await this.#loadLimits()) {
      this.renderRoot.querySelector('mg-continue-session').open(name);
    }
  }

  #select(name, isSelected) {
    const others = this.selected.filter((each) => each !== name);
    this.selected = isSelected ? [...others, name] : others;
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

  #openDialog(dialog, dialogSession) {
    this.dialogSession = dialogSession;
    this.dialogError = null;
    this.#dialog(dialog).open();
  }

  #dialog(name) {
    return this.renderRoot.querySelector(`#${name}`);
  }

  async #confirm(dialog, action) {
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

  renderMain() {
    return html`
      <mg-front-door .sessions=${this.sessions} @create=${() => this.#create('', 'text')}
        @failed=${(event) => { this.failure = event.detail; }}></mg-front-door>
      ${this.#bar()}
      <div role="status">
        ${this.isLost ? html`<p class="notice bad">${t('serverLost')}</p>` : nothing}
      </div>
      ${this.renderFailure()}
      ${this.sessions === null ? nothing : this.sessions.length === 0
        ? html`<p class="muted">${t('none')}</p>` : this.#cards()}`;
  }

  renderDialogs() {
    return html`
      <mg-create-session .limits=${this.limits} .options=${this.options ?? []} .datasets=${this.datasets}
        .names=${this.#names} @created=${(event) => location.assign(`${SITE}s/${event.detail}`)} @restarted=${this.#refreshNow}
        @close=${() => setQuery({ new: null, again: null })}></mg-create-session>
      <mg-continue-session .limits=${this.limits} .datasets=${this.datasets} @continued=${this.#refreshNow}></mg-continue-session>
      ${this.#cloneDialog()} ${this.#deleteDialog()}`;
  }

  #bar() {
    const sessions = this.sessions ?? [];
    const number = (state) => sessions.filter((session) => session.state === state).length;
    return html`
      <div class="bar">
        <h2>${t('title')} ${this.sessions === null ? nothing
          : html`<span class="muted">${t('count', { sessions: sessions.length, training: number('training') })}</span>`}</h2>
        <input id="filter" type="search" placeholder=${t('filter')} aria-label=${t('filter')} .value=${this.filter}
          @input=${(event) => { this.filter = event.target.value; setQuery({ q: this.filter || null }); }}>
        <select aria-label=${t('order')} @change=${(event) => { this.sort = event.target.value; setQuery({ sort: this.sort }); }}>
          ${Object.keys(SORTS).map((value) =>
            html`<option value=${value} ?selected=${value === this.sort}>${t(`sorts.${value}`)}</option>`)}
        </select>
        <button ?disabled=${number('training') === 0} @click=${() => this.#allRuns('training', api.pauseRun)}>${icons.pause} ${t('pauseAll')}</button>
        <button ?disabled=${number('paused') === 0} @click=${() => this.#allRuns('paused', api.resumeRun)}>${icons.play} ${t('resumeAll')}</button>
        ${sessions.length === 0 ? nothing : html`<a class="button" href=${this.#comparison}
          title=${t('compareTitle', { most: MOST_SESSIONS })}>${t('compare', { selected: this.selected.length })}</a>`}
        <button class="primary" @click=${() => this.#create()}>${icons.plus} ${t('new')}</button>
      </div>`;
  }

  /** The URL of the page that compares the selected sessions, or asks which. */
  get #comparison() {
    return this.selected.length === 0 ? `${SITE}compare` : `${SITE}compare?s=${this.selected.join(',')}`;
  }

  #cards() {
    const shown = this.#shown;
    if (shown.length === 0) {
      return html`<p class="muted">${t('noneNamed', { filter: this.filter })}</p>`;
    }
    return html`
      <div class="cards">
        ${repeat(shown, ({ name }) => name, (session) => html`
          <mg-session-card .session=${session} .isLost=${this.isLost} .options=${this.options ?? []}
            .isSelected=${this.selected.includes(session.name)} .isSelectable=${this.selected.length < MOST_SESSIONS}
            @select=${(event) => this.#select(session.name, event.detail)}
            @changed=${this.#refreshNow}
            @failed=${(event) => { this.failure = event.detail; }}
            @clone=${() => this.#openDialog('clone', session)}
            @continue=${() => this.#continue(session.name)}
            @load=${() => this.#openForm({ name: session.name, existing: session.options })}
            @delete=${() => this.#openDialog('delete', session)}></mg-session-card>`)}
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
      this.#confirm('clone', () => api.fork(this.dialogSession.name, value.trim()));
    };
    return html`
      <mg-dialog id="clone" heading=${t('clone.heading', { name: this.dialogSession?.name ?? '' })}>
        <form class="dialog" @submit=${clone}>
          <p>${t('clone.what', { step: this.dialogSession?.step ?? 0 })}</p>
          <div class="field">
            <label for="clone-name">${t('clone.name')}</label>
            <input id="clone-name" name="name" data-focus required autocomplete="off" spellcheck="false"
              .value=${availableName(this.dialogSession?.name ?? '', this.#names)} aria-describedby=${this.dialogError ? 'dialog-error' : nothing}>
          </div>
          ${this.#dialogProblem()}
          <footer>
            <button type="button" @click=${() => this.#dialog('clone').close()}>${t('cancel')}</button>
            <button class="primary">${t('clone.clone')}</button>
          </footer>
        </form>
      </mg-dialog>`;
  }

  #deleteDialog() {
    const { name = '', step = 0 } = this.dialogSession ?? {};
    return html`
      <mg-dialog id="delete" heading=${t('delete.heading', { name })}>
        <div class="dialog">
          <p>${t('delete.what', { step })}</p>
          ${this.#dialogProblem()}
          <footer>
            <button data-focus @click=${() => this.#dialog('delete').close()}>${t('delete.keep')}</button>
            <button class="danger" @click=${() => this.#confirm('delete', () => api.remove(name))}>${icons.trash} ${t('delete.delete')}</button>
          </footer>
        </div>
      </mg-dialog>`;
  }
}

customElements.define('mg-sessions-page', SessionsPage);
