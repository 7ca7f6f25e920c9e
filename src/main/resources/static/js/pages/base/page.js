// What all pages have in common: header, keyboard shortcuts, help, a link to copy, and the notice of a failed action.
//
// The scripts are in five layers, and imports go only downwards:
//
//   pages/       one entry module per page; its own parts in pages/<page>/, what pages share in pages/base/
//   panels/      one file per panel of the Live page; other pages show them, too
//   components/  custom elements and drawing helpers that any page or panel may use
//   data/        REST calls, live stream, what is known about a session, arithmetic; draws nothing
//   ../client/   the JavaScript client, which other pages use as well
//
// A page never imports from the folder of another page. ModuleLayersTest checks all of this.

import { LitElement, css, html, nothing } from 'lit';

import { promptForKeyWith } from '../../data/api-key.js';
import { texts } from '../../data/texts.js';
import { pointedPanel } from '../../components/connected-panels.js';
import { icons } from '../../components/icons.js';
import { bindKeys } from '../../components/keyboard-shortcuts.js';
import { controls } from '../../components/styles.js';
import { flushQuery } from '../../components/url-query.js';
import '../../components/header.js';
import '../../components/help.js';
import '../../components/link-copier.js';

const t = await texts('common');

const MENU_KEY = ['e', t('page.menu')];
const COMMON_KEYS = [['c', t('page.copyLink')], ['?', t('page.help')]];

promptForKeyWith(async (wasRejected) => {
  const { askUserForKey } = await import('../../components/key-dialog.js'); // most servers need no key
  return askUserForKey(wasRejected);
});

/**
 * A page overrides
 *
 *   static heading     the title of the document, unless that depends on what is shown
 *   static help        what the page does, in a sentence or two
 *   static keys        its keyboard shortcuts for the help, [key, meaning]
 *   static hasPanels   whether it has panels, whose menus a key opens
 *   shortcuts          the actions of these keys, see bindKeys
 *   isShareable        whether it can be shared, by share()
 *   syncUrl()          makes the URL hold what is shown at once, where it follows with a delay
 *   renderMain()       its content
 *   renderDialogs()    what stands outside of the main part, if anything
 */
export class Page extends LitElement {
  static heading = null;
  static help = '';
  static keys = [];
  static hasPanels = false;

  static properties = {
    failure: { state: true }, // the error of the last action; null if there was none
  };

  /** To be extended: `static styles = [Page.styles, css`…`]`. */
  static styles = [controls, css`
    :host { display: block; }
    main { max-width: var(--page-width); margin: 0 auto; padding: var(--space-4) var(--space-5) var(--space-6); }
    h1 { font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.25; overflow-wrap: anywhere; }
    .notice { display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); margin-bottom: var(--space-3); }
    .row { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-2); }
    @media (max-width: 600px) { main { padding-inline: var(--space-4); } }
  `];

  #unbindKeys = null;

  constructor() {
    super();
    this.failure = null;
    if (this.constructor.heading !== null) {
      this.setTitle(this.constructor.heading);
    }
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(); // the header of page.html, which it shows until now
    this.#unbindKeys = bindKeys({ 'e': () => pointedPanel()?.openMenu(), ...this.shortcuts, 'c': () => this.#copyLink(), '?': () => this.#openHelp() });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unbindKeys();
  }

  // ---- to be overridden

  get shortcuts() {
    return {};
  }

  /** The keys of its panels and of every page. */
  get sharedKeys() {
    return [...(this.constructor.hasPanels ? [MENU_KEY] : []), ...COMMON_KEYS];
  }

  get helpKeys() {
    return [...this.constructor.keys, ...this.sharedKeys];
  }

  syncUrl() {}

  /** Whether there is something to share, by `share()`. */
  get isShareable() {
    return false;
  }

  share() {}

  renderMain() {
    return nothing;
  }

  renderDialogs() {
    return nothing;
  }

  // ---- what pages use

  /** Sets the title of the document. */
  setTitle(title) {
    document.title = t('page.title', { title });
  }

  /** The error of the last action, which the user can dismiss. */
  renderFailure() {
    return this.failure === null ? nothing : html`
      <p class="notice bad" role="alert">${this.failure.message}
        <button class="quiet icon" aria-label=${t('page.dismiss')} @click=${() => { this.failure = null; }}>${icons.close}</button></p>`;
  }

  #openHelp() {
    this.renderRoot.querySelector('mg-help')?.open(this.helpKeys);
  }

  #copyLink() {
    this.syncUrl();
    flushQuery();
    this.renderRoot.querySelector('mg-link-copier')?.copy();
  }

  /** Copies what a part of the page asks it to. */
  #copyText = ({ detail: { text, said } }) => {
    this.renderRoot.querySelector('mg-link-copier')?.copyText(text, said);
  };

  render() {
    return html`
      <mg-header ?shareable=${this.isShareable} @link=${this.#copyLink} @help=${this.#openHelp} @share=${() => this.share()}></mg-header>
      <main @copy-text=${this.#copyText}>${this.renderMain()}</main>
      ${this.renderDialogs()}
      <mg-link-copier></mg-link-copier>
      <mg-help><p>${this.constructor.help}</p></mg-help>`;
  }
}
