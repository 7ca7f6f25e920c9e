// A modal dialog with a title. `open()` shows it and focuses the element marked `data-focus`; Escape, the close
// button or a click outside close it.

import { LitElement, css, html } from 'lit';

import { texts } from '../data/texts.js';
import { icons } from './icons.js';
import { controls } from './styles.js';

const t = await texts('common');

/** `<mg-dialog heading="…">content</mg-dialog>` sends `close`. */
class Dialog extends LitElement {
  static properties = { heading: {} };

  static styles = [controls, css`
    dialog.wide { width: min(820px, calc(100vw - 2 * var(--space-4))); }
    .body { overflow-wrap: anywhere; }
  `];

  open() {
    if (!this.isOpen) {
      this.renderRoot.querySelector('dialog').showModal();
      this.querySelector('[data-focus]')?.focus();
    }
  }

  close() {
    this.renderRoot.querySelector('dialog').close();
  }

  get isOpen() {
    return this.renderRoot.querySelector('dialog')?.open ?? false;
  }

  render() {
    return html`
      <dialog aria-labelledby="heading" class=${this.classList.contains('wide') ? 'wide' : ''}
        @close=${() => this.dispatchEvent(new Event('close'))}
        @click=${(event) => event.target.localName === 'dialog' && this.close()}>
        <header>
          <h2 id="heading">${this.heading}</h2>
          <button class="quiet icon" aria-label=${t('close')} @click=${this.close}>${icons.close}</button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>`;
  }
}

customElements.define('mg-dialog', Dialog);
