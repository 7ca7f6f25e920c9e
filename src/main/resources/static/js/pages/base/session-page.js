// What the pages of one session have in common: the session named in the URL, the line with its name and
// state, and what is shown when there is no such session or the connection is lost.

import { css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { LiveSession } from '../../data/live-session.js';
import { stream } from '../../data/live-stream.js';
import { share } from '../../data/share.js';
import { SITE, nameInPath } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { stateChip } from '../../components/state-chip.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../../components/url-query.js';
import { Page } from './page.js';
import '../../components/session-nav.js';

const t = await texts('common');

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

  #shareDialog = null; // once it has been opened
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
    this.setTitle(this.titleOf(this.name));
  }

  connectedCallback() {
    super.connectedCallback();
    this.live.addEventListener('change', this.#changed);
    share.addEventListener('end', this.#shareEnded);
    this.live.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    share.removeEventListener('end', this.#shareEnded);
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

  // ---- sharing

  get isShareable() {
    return this.live.status === 'present';
  }

  async share() {
    await import('../../components/share-dialog.js');
    this.#shareDialog ??= Object.assign(document.createElement('mg-share-dialog'), { name: this.name });
    document.body.append(this.#shareDialog);
    this.#shareDialog.open();
  }

  #shareEnded = () => {
    this.live.stop();
    this.requestUpdate();
  };

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
    if (share.hasEnded) {
      return this.#renderShareEnded();
    }
    const { status } = this.live;
    const isLost = stream.state === 'lost' && status === 'present';
    return html`
      <div role="status">${isLost ? html`
        <p class="notice bad">${t('session.connectionLost')}
          <button @click=${() => stream.retry()}>${t('session.reconnect')}</button></p>` : nothing}</div>
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
      <p class="notice warn">${t('session.noDocuments')}
        ${share.token === null ? html`<a class="button" href=${SITE}>${t('session.addDocuments')}</a>` : nothing}</p>`;
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
        <h1>${t(isUnreadable ? 'session.unreadable' : 'session.unloadable', { name: this.name })}</h1>
        <p role="status">${loadError.message}</p>
        <p>${isUnreadable ? t('session.damaged')
          : t('session.retries')}</p>
        <div class="row" ?hidden=${share.token !== null}>
          <a class="button" href=${SITE}>${t('session.all')}</a>
          ${isUnreadable ? html`
            <a class="button" href="${SITE}?again=${this.name}">${t('session.startAgain')}</a>
            <button class="danger" @click=${this.#delete}>${icons.trash} ${t('session.delete')}</button>` : nothing}
        </div>
      </div>`;
  }

  #renderShareEnded() {
    return html`
      <div class="nothing">
        <h1>${t('session.linkEnded')}</h1>
        <p role="status">${t('session.linkEndedWhy', { name: this.name })}</p>
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
        <h1>${wasDeleted ? t('session.deleted', { name: this.name }) : t('session.absent', { name: this.name })}</h1>
        <p>${isName ? this.constructor.absentHint : t('session.invalidName')}</p>
        <div class="row" ?hidden=${share.token !== null}>
          <a class="button" href=${SITE}>${t('session.all')}</a>
          ${isName ? html`<a class="button primary" href="${SITE}?new=${this.name}">${icons.plus} ${t('session.create')}</a>` : nothing}
        </div>
      </div>`;
  }
}
