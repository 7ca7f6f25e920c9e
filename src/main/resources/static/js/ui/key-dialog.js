// Asks for the API key.

import { LitElement, css, html, nothing } from 'lit';

import './dialog.js';
import { controls } from './styles.js';

/** `<mg-key-dialog>`; `answer()` opens it, and gives the key, or null if it was closed. */
class KeyDialog extends LitElement {
  static properties = { wasRefused: { type: Boolean } };

  static styles = [controls, css`
    form { display: grid; gap: var(--space-4); }
    label { display: grid; gap: var(--space-1); }
    footer { display: flex; justify-content: flex-end; }
  `];

  #resolve = () => {};

  async answer() {
    await this.updateComplete;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.renderRoot.querySelector('mg-dialog').updateComplete.then(() => this.#dialog.open());
    });
  }

  get #dialog() {
    return this.renderRoot.querySelector('mg-dialog');
  }

  #submit(event) {
    event.preventDefault();
    const key = this.renderRoot.querySelector('input').value.trim();
    if (key !== '') {
      this.#resolve(key);
      this.#dialog.close();
    }
  }

  render() {
    return html`
      <mg-dialog heading="API key" @close=${() => this.#resolve(null)}>
        <form @submit=${this.#submit}>
          <p>This server shows each caller the sessions of their key.</p>
          <label>Key
            <input type="password" autocomplete="off" spellcheck="false" required data-focus
              aria-invalid=${this.wasRefused ? 'true' : 'false'} aria-describedby="refused">
          </label>
          <p id="refused" class="error" role="alert">${this.wasRefused ? 'The server does not know this key.' : nothing}</p>
          <footer><button class="primary">Continue</button></footer>
        </form>
      </mg-dialog>`;
  }
}

customElements.define('mg-key-dialog', KeyDialog);
