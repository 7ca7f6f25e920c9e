// The page `/embed/s/{name}/{panel}`: one panel of the Live page, for a frame in a page of another site. The URL holds
// what the panel shows, as on the Live page, and `?theme`, light or dark. It never asks for an API key: with
// `#share=TOKEN`, it shows a session of a service that requires one.

import { css, html, nothing } from 'lit';

import { promptForKeyWith } from '../data/api-key.js';
import { inspectedDocumentOf } from '../data/inspected-document.js';
import { share } from '../data/share.js';
import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { PANELS } from '../panels/index.js';
import { DocumentInUrl } from './base/document-in-url.js';
import { SessionPage } from './base/session-page.js';

const t = await texts('embed');

promptForKeyWith(async () => null); // a frame must not ask for secrets

const panelInPath = () => location.pathname.split('/').at(-1);

class EmbedPage extends SessionPage {
  static keepsStepInUrl = true;

  static styles = [SessionPage.styles, css`
    :host { height: 100dvh; }
    /* the panel fills the frame; if it needs more room, it scrolls */
    .panel { display: grid; grid-template: auto / minmax(0, 1fr); max-width: none; height: 100%; margin: 0; padding: 0; overflow: auto; }
    .panel a { align-self: center; padding: 4px var(--space-2); font-size: var(--text-s); }
    .words { align-self: center; padding: var(--space-3); color: var(--muted); text-align: center; overflow-wrap: anywhere; }
  `];

  #panel;
  #document = new DocumentInUrl(inspectedDocumentOf(this.live));

  constructor() {
    super();
    const { tag, load } = PANELS.find((panel) => panel.tag === `mg-${panelInPath()}-panel`);
    this.#panel = document.createElement(tag);
    load().catch((error) => { this.failure = error; });
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('visibility', this.#visibilityChanged);
    this.#document.connect();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('visibility', this.#visibilityChanged);
    this.#document.disconnect();
  }

  #visibilityChanged = () => {
    this.live.wantsTraces = this.#panel.isVisible && this.#panel.constructor.needsTraces;
  };

  sessionChanged() {
    const { live } = this;
    const newest = this.isOpeningStep ? null : live.trace;
    const trace = live.at === null ? newest : live.traceAt;
    if (live.view !== null) {
      Object.assign(this.#panel, { live, view: live.view, trace, at: live.at, revision: live.revision });
    }
  }

  /** The address of the Live page, filled by this panel. */
  get #page() {
    const query = new URLSearchParams(location.search);
    query.delete('theme');
    query.set('panel', panelInPath());
    return `${SITE}s/${encodeURIComponent(this.name)}?${query}${share.fragment}`;
  }

  render() {
    return html`<main class="panel" aria-label="${this.name}">${this.#content()}</main>`;
  }

  #content() {
    const { status, loadError } = this.live;
    if (share.hasEnded) {
      return this.#words(t('ended'));
    }
    if (status === 'present') {
      return html`${this.#panel}${this.#renderOpen()}`;
    }
    if (status !== 'loading') {
      return this.#words(t('absent', { name: this.name }));
    }
    return loadError === null ? nothing
      : this.#words(loadError.status === 401 ? t('notPublic') : loadError.message);
  }

  #renderOpen() {
    if (this.#panel.firstElementChild === null) {
      const link = document.createElement('a');
      link.slot = 'frame';
      link.target = '_blank';
      link.rel = 'noopener';
      link.textContent = t('open');
      this.#panel.append(link);
    }
    this.#panel.firstElementChild.href = this.#page;
    return nothing;
  }

  #words(words) {
    return html`<p class="words" role="status">${words}</p>`;
  }
}

customElements.define('mg-embed-page', EmbedPage);
