// What the pages of one session have in common: the session named in the URL, the line with its name and
// state, and what is shown when there is no such session or the connection is lost.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { LiveSession } from '../../data/live-session.js';
import { stream } from '../../data/live-stream.js';
import { SITE, nameInPath } from '../../data/site.js';
import { icons } from '../../components/icons.js';
import { stateChip } from '../../components/state-chip.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../../components/url-query.js';
import { Page } from './page.js';
import '../../components/session-nav.js';

const URL_DELAY = 200; // ms without a change until the URL follows: browsers limit how often it may change
const SESSION_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * A page of a session overrides, besides what Page names,
 *
 *   static page           its name in the navigation: live, lab or tour
 *   static absentHint     why the page needs a session, for where there is none
 *   static keepsStepInUrl whether `?at` and `?text` in the URL are the step and the text that its LiveSession looks at
 *   titleOf(name)         the title of the document
 *   sessionChanged()      called when the session has changed, at most once per animation frame
 *   renderSession()       its content while the session exists
 */
export class SessionPage extends Page {
  static page = '';
  static absentHint = '';
  static keepsStepInUrl = false;

  static properties = { revision: { state: true } };

  static styles = [Page.styles, css`
    .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
    .nothing { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    .nothing p { max-width: 52ch; color: var(--muted); overflow-wrap: anywhere; }
    .nothing h1 { max-width: 30ch; }
  `];

  #isFirstChange = true; // until the session is present
  #stepInUrl = null;
  #isOpeningStep = false;
  #urlTimer = null;

  constructor() {
    super();
    this.name = nameInPath();
    this.live = new LiveSession(this.name);
    this.#isOpeningStep = this.constructor.keepsStepInUrl && wholeNumberInQuery('at') !== null;
    this.revision = 0;
    document.title = `${this.titleOf(this.name)} – microgpt`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.live.addEventListener('change', this.#changed);
    this.live.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    clearTimeout(this.#urlTimer);
    this.live.stop();
  }

  // ---- to be overridden

  titleOf(name) {
    return name;
  }

  sessionChanged() {}

  renderSession() {
    return nothing;
  }

  /** Whether the page has been opened at an earlier step that is still being loaded. */
  get isOpeningStep() {
    return this.#isOpeningStep;
  }

  // ---- the step in the URL

  #changed = () => {
    if (this.constructor.keepsStepInUrl) {
      this.#syncStepWithUrl();
    }
    this.sessionChanged();
    this.revision = this.live.revision;
  };

  #syncStepWithUrl() {
    const { live } = this;
    if (live.status === 'present' && this.#isFirstChange) {
      this.#isFirstChange = false;
      this.#viewStepInUrl();
    } else if (live.at !== this.#stepInUrl) {
      this.#stepInUrl = live.at;
      clearTimeout(this.#urlTimer);
      this.#urlTimer = setTimeout(() => this.syncUrl(), URL_DELAY);
    }
  }

  /** Takes the step into the address now, also if nobody has told of its change yet. */
  syncUrl() {
    if (this.#urlTimer === null && (this.#isFirstChange || this.#isOpeningStep || this.live.at === this.#stepInUrl)) {
      return;
    }
    clearTimeout(this.#urlTimer);
    this.#urlTimer = null;
    this.#stepInUrl = this.live.at;
    setQuery({ at: this.live.at, text: this.live.text });
  }

  async #viewStepInUrl() {
    const step = wholeNumberInQuery('at');
    if (step !== null) {
      try {
        await this.live.viewAt(step, queryValue('text'));
      } catch (error) {
        this.failure = error;
        this.live.viewAt(null);
        setQuery({ at: null, text: null });
      } finally {
        this.#isOpeningStep = false;
        this.sessionChanged();
      }
    }
  }

  // ---- rendering

  renderMain() {
    const { status } = this.live;
    const isLost = stream.state === 'lost' && status === 'present';
    return html`
      <div role="status">${isLost ? html`
        <p class="notice bad">Connection lost. The page may be out of date; it reconnects automatically.
          <button @click=${() => stream.retry()}>Reconnect now</button></p>` : nothing}</div>
      ${this.renderFailure()}
      ${status === 'present' ? this.renderSession() : status === 'loading' ? this.#renderLoading() : this.#renderAbsent()}`;
  }

  /** The line at the top: name, state, links to the other pages of the session, and what the page adds. */
  renderTop(more = nothing) {
    const { state } = this.live.view;
    return html`
      <div class="top">
        <h1>${this.name}</h1>
        ${stateChip(state, stream.state !== 'lost')}
        <mg-session-nav name=${this.name} page=${this.constructor.page}></mg-session-nav>
        ${more}
      </div>`;
  }

  /** The notice that there is nothing to train on. */
  renderNoDocuments() {
    return html`
      <p class="notice warn">This session has no documents yet, so there is nothing to train on.
        <a class="button" href=${SITE}>Add documents</a></p>`;
  }

  /** Nothing at first; if the session cannot be loaded, why, and what can be done. */
  #renderLoading() {
    const { loadError } = this.live;
    if (loadError === null) {
      return nothing;
    }
    const isUnreadable = loadError.status === 500; // otherwise it may be there later
    return html`
      <div class="nothing">
        <h1>The session “${this.name}” cannot be ${isUnreadable ? 'read' : 'loaded'}</h1>
        <p role="status">${loadError.message}</p>
        <p>${isUnreadable ? 'Its stored data is damaged. You can start it again with new documents, or delete it.'
          : 'The page retries automatically.'}</p>
        <div class="row">
          <a class="button" href=${SITE}>All sessions</a>
          ${isUnreadable ? html`
            <a class="button" href="${SITE}?again=${this.name}">Start it again</a>
            <button class="danger" @click=${this.#delete}>${icons.trash} Delete it</button>` : nothing}
        </div>
      </div>`;
  }

  async #delete() {
    try {
      await api.remove(this.name);
      location.assign(SITE);
    } catch (error) {
      this.failure = error;
    }
  }

  #renderAbsent() {
    const isName = SESSION_NAME.test(this.name);
    const wasDeleted = this.live.status === 'deleted';
    return html`
      <div class="nothing">
        <h1>${wasDeleted ? html`The session “${this.name}” has been deleted` : html`There is no session “${this.name}”`}</h1>
        <p>${isName ? this.constructor.absentHint : 'This is not a valid name. A name has 1 to 63 characters (a-z, 0-9 and -) and does not begin with -.'}</p>
        <div class="row">
          <a class="button" href=${SITE}>All sessions</a>
          ${isName ? html`<a class="button primary" href="${SITE}?new=${this.name}">${icons.plus} Create it</a>` : nothing}
        </div>
      </div>`;
  }
}
