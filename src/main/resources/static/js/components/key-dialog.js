// The dialog that asks the user for the API key.

import { LitElement, css, html, nothing } from 'lit';

import { texts } from '../data/texts.js';
import { controls } from './styles.js';
import './dialog.js';

const t = await texts('common');

/** `<mg-key-dialog>`; `ask()` opens it and returns the key, or null if the user closed it. */
class KeyDialog extends LitElement {
  static properties = { wasRejected: { type: Boolean } };

  static styles = [controls, css`
    form { display: grid; gap: var(--space-4); }
    label { display: grid; gap: var(--space-1); }
    footer { display: flex; justify-content: flex-end; }
  `];

  #resolve = () => {};

  async ask() {
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
      <mg-dialog heading=${t('key.heading')} @close=${() => this.#resolve(null)}>
        <form @submit=${this.#submit}>
          <p>${t('key.what')}</p>
          <label>${t('key.key')}
            <input type="password" autocomplete="off" spellcheck="false" required data-focus
              aria-invalid=${this.wasRejected ? 'true' : 'false'} aria-describedby="rejected">
          </label>
          <p id="rejected" class="error" role="alert">${this.wasRejected ? t('key.rejected') : nothing}</p>
          <footer><button class="primary">${t('key.continue')}</button></footer>
        </form>
      </mg-dialog>`;
  }
}

customElements.define('mg-key-dialog', KeyDialog);

/** Shows the dialog and returns the key, or null if the user closed it. */
export async function askUserForKey(wasRejected) {
  const dialog = Object.assign(document.createElement('mg-key-dialog'), { wasRejected });
  document.body.append(dialog);
  const key = await dialog.ask();
  dialog.remove();
  return key;
}
