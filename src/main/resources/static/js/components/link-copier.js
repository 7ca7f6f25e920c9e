// Copies the address of the page, which holds what the page shows, and says so.

import { LitElement, css, html } from 'lit';

import { share } from '../data/share.js';
import { texts } from '../data/texts.js';
import { controls } from './styles.js';
import './dialog.js';

const t = await texts('common');

const LONGEST = 7000; // characters of an address that servers accept
const SHOWN = 4000; // ms that it says so

/** `<mg-link-copier>`: `copy()` copies the address, `copyText(text, said)` a text; where the browser does not let them, they
 * show it to be copied. */
class LinkCopier extends LitElement {
  static properties = { said: { state: true }, address: { state: true } };

  static styles = [controls, css`
    [role="status"] {
      position: fixed;
      top: var(--space-3);
      left: 50%;
      z-index: 20;
      max-width: calc(100vw - 2 * var(--space-4));
      padding: var(--space-2) var(--space-4);
      transform: translateX(-50%);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--raised);
      color: var(--ink);
      box-shadow: 0 4px 16px var(--shadow);
      font-size: var(--text-s);
      pointer-events: none;
    }
    [role="status"]:empty { visibility: hidden; }
    input { margin-top: var(--space-3); }
  `];

  #timer = null;

  constructor() {
    super();
    this.said = '';
    this.address = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Copies the address; with the share that opened the page, since others need it as well. */
  copy() {
    return this.copyText(location.href.replace(/#.*/, '') + share.fragment, t('link.copied'));
  }

  async copyText(address, said) {
    this.#say('');
    await this.updateComplete; // so that the same words are said again
    if (address.length > LONGEST) {
      this.#say(t('link.tooLong'));
      return;
    }
    try {
      await navigator.clipboard.writeText(address); // there is none without HTTPS
      this.#say(said);
    } catch {
      await this.#show(address);
    }
  }

  #say(words) {
    this.said = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.said = ''; }, SHOWN);
  }

  async #show(address) {
    this.address = address;
    await this.updateComplete;
    this.renderRoot.querySelector('mg-dialog').open();
    this.renderRoot.querySelector('input').select();
  }

  render() {
    return html`
      <div role="status">${this.said}</div>
      <mg-dialog heading=${t('link.heading')}>
        <p>${t('link.cannot')}</p>
        <input type="text" readonly aria-label=${t('link.address')} data-focus .value=${this.address}>
      </mg-dialog>`;
  }
}

customElements.define('mg-link-copier', LinkCopier);
