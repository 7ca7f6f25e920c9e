// The form that restores a session from a bundle, the file that the card of a session saves.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { proposedName } from '../../data/session-names.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';

const t = await texts('sessions');

/** `<mg-restore-bundle .names>` sends `restored` with the name of the session. `names` are those of all sessions. */
class RestoreBundle extends LitElement {
  static properties = {
    names: { attribute: false },
    error: { state: true },
    isBusy: { state: true },
  };

  static styles = [controls, css`
    summary { width: fit-content; padding: var(--space-1) 0; color: var(--accent); font-size: var(--text-s); font-weight: 600; cursor: pointer; }
    form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-3); padding: var(--space-2) 0; }
    .field { display: grid; gap: var(--space-1); }
    .error { flex-basis: 100%; }
  `];

  constructor() {
    super();
    this.names = new Set();
    this.error = null;
    this.isBusy = false;
  }

  #chosen(event) {
    const [file] = event.target.files;
    this.error = null;
    if (file) {
      this.renderRoot.querySelector('[name="name"]').value = proposedName(file.name.replace(/\.zip$/i, ''), this.names);
    }
  }

  async #restore(event) {
    event.preventDefault();
    const { bundle, name } = event.target.elements;
    this.error = null;
    this.isBusy = true;
    try {
      await api.restoreBundle(name.value.trim(), bundle.files[0]);
      this.dispatchEvent(new CustomEvent('restored', { detail: name.value.trim() }));
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  render() {
    return html`
      <details>
        <summary>${t('restore.summary')}</summary>
        <form @submit=${this.#restore}>
          <div class="field">
            <label for="bundle">${t('restore.file')}</label>
            <input id="bundle" name="bundle" type="file" accept=".zip,application/zip" required @change=${this.#chosen}>
          </div>
          <div class="field">
            <label for="bundle-name">${t('restore.name')}</label>
            <input id="bundle-name" name="name" required autocomplete="off" spellcheck="false">
          </div>
          <button ?disabled=${this.isBusy}>${this.isBusy ? t('create.loading') : t('restore.restore')}</button>
          ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error.message}</p>`}
        </form>
      </details>`;
  }
}

customElements.define('mg-restore-bundle', RestoreBundle);
