// A drawer at the right edge of the page, beside which the page can still be used. Escape and its close button
// close it.

import { LitElement, css, html } from 'lit';

import { texts } from '../data/texts.js';
import { icons } from './icons.js';
import { controls } from './styles.js';

const t = await texts('common');

/** `<mg-drawer heading="…">content</mg-drawer>` sends `toggled` with whether it is open. */
class Drawer extends LitElement {
  static properties = { heading: {} };

  static styles = [controls, css`
    dialog {
      position: fixed;
      inset: 0 0 0 auto;
      z-index: 10;
      width: min(420px, 100vw);
      height: 100dvh;
      max-height: none;
      margin: 0;
      border-width: 0 0 0 1px;
      border-radius: 0;
      overflow: auto;
    }
    dialog > header { padding: var(--space-3) var(--space-3) 0 var(--space-5); }
    .body { padding: var(--space-2) var(--space-3) var(--space-3); }
  `];

  get #dialog() {
    return this.renderRoot.querySelector('dialog');
  }

  toggle() {
    if (this.#dialog.open) {
      this.#dialog.close();
    } else {
      this.#dialog.show();
      this.#toggled();
    }
  }

  #toggled() {
    this.dispatchEvent(new CustomEvent('toggled', { detail: this.#dialog.open }));
  }

  #key(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#dialog.close();
    }
  }

  render() {
    return html`
      <dialog aria-labelledby="heading" @keydown=${this.#key} @close=${this.#toggled}>
        <header>
          <h2 id="heading">${this.heading}</h2>
          <button class="quiet icon" aria-label=${t('close')} @click=${() => this.#dialog.close()}>${icons.close}</button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>`;
  }
}

customElements.define('mg-drawer', Drawer);
