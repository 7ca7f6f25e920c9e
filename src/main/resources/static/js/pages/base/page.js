// What all pages have in common: header, keyboard shortcuts, help, a link to copy, and the notice of a failed action.
//
// The scripts are in four layers, and imports go only downwards:
//
//   pages/       one entry module per page; its own parts in pages/<page>/, what pages share in pages/base/
//   panels/      one file per panel of the Live page; other pages show them, too
//   components/  custom elements and drawing helpers that any page or panel may use
//   data/        REST client, live stream, what is known about a session, arithmetic; draws nothing
//
// A page never imports from the folder of another page. ModuleLayersTest checks all of this.

import { LitElement, css, html, nothing } from 'lit';

import { promptForKeyWith } from '../../data/api-key.js';
import { icons } from '../../components/icons.js';
import { bindKeys } from '../../components/keyboard-shortcuts.js';
import { controls } from '../../components/styles.js';
import '../../components/header.js';
import '../../components/help.js';
import '../../components/link-copier.js';

promptForKeyWith(async (wasRejected) => {
  const { askUserForKey } = await import('../../components/key-dialog.js'); // most servers need no key
  return askUserForKey(wasRejected);
});

/**
 * A page overrides
 *
 *   static help        what the page does, in a sentence or two
 *   static keys        its keyboard shortcuts for the help, [key, meaning]
 *   shortcuts          the actions of these keys, see bindKeys
 *   syncUrl()          makes the URL hold what is shown at once, where it follows with a delay
 *   renderMain()       its content
 *   renderDialogs()    what stands outside of the main part, if anything
 */
export class Page extends LitElement {
  static help = '';
  static keys = [];
  static commonKeys = [['c', 'copy a link to this view'], ['?', 'this help']];

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
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unbindKeys = bindKeys({ ...this.shortcuts, 'c': () => this.#copyLink(), '?': () => this.#openHelp() });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unbindKeys();
  }

  // ---- to be overridden

  get shortcuts() {
    return {};
  }

  get helpKeys() {
    return [...this.constructor.keys, ...Page.commonKeys];
  }

  syncUrl() {}

  renderMain() {
    return nothing;
  }

  renderDialogs() {
    return nothing;
  }

  // ---- what pages use

  /** The error of the last action, which the user can dismiss. */
  renderFailure() {
    return this.failure === null ? nothing : html`
      <p class="notice bad" role="alert">${this.failure.message}
        <button class="quiet icon" aria-label="Dismiss" @click=${() => { this.failure = null; }}>${icons.close}</button></p>`;
  }

  #openHelp() {
    this.renderRoot.querySelector('mg-help').open();
  }

  #copyLink() {
    this.syncUrl();
    this.renderRoot.querySelector('mg-link-copier').copy();
  }

  render() {
    return html`
      <mg-header @link=${this.#copyLink} @help=${this.#openHelp}></mg-header>
      <main>${this.renderMain()}</main>
      ${this.renderDialogs()}
      <mg-link-copier></mg-link-copier>
      <mg-help .keys=${this.helpKeys}><p>${this.constructor.help}</p></mg-help>`;
  }
}
