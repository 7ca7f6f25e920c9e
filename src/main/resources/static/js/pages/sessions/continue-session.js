// The dialog that gives a session other documents to train on; its model stays.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';
import '../../components/dialog.js';
import '../../components/documents-field.js';

const t = await texts('sessions');

/** `<mg-continue-session .limits .datasets>` sends `continued` when the session has the documents. */
class ContinueSession extends LitElement {
  static properties = {
    limits: { attribute: false },
    datasets: { attribute: false },
    name: { state: true }, // null while it is closed
    error: { state: true },
  };

  static styles = [controls, css`
    form { display: grid; gap: var(--space-4); }
    .grow { display: flex; align-items: center; gap: var(--space-2); min-height: 28px; }
    footer { display: flex; justify-content: flex-end; gap: var(--space-2); }
  `];

  constructor() {
    super();
    this.name = null;
    this.error = null;
  }

  get #dialog() {
    return this.renderRoot.querySelector('mg-dialog');
  }

  /** Asks for the documents of a session. */
  async open(name) {
    this.name = name;
    this.error = null;
    await this.updateComplete;
    await this.#dialog.updateComplete;
    this.#dialog.open();
  }

  async #continue(event) {
    event.preventDefault();
    const { documents } = this.renderRoot.querySelector('mg-documents-field');
    if (documents === null) {
      this.error = new Error(t('continue.noText'));
      return;
    }
    const grow = event.target.elements.grow.checked;
    try {
      await api.load(this.name, documents, { continue: true, grow: grow || null });
      this.#dialog.close();
      this.dispatchEvent(new Event('continued'));
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return this.name === null ? nothing : html`
      <mg-dialog heading=${t('continue.heading', { name: this.name })} @close=${() => { this.name = null; }}>
        <form @submit=${this.#continue}>
          <p>${t('continue.what')}</p>
          <mg-documents-field data-focus .limits=${this.limits} .datasets=${this.datasets}></mg-documents-field>
          <label class="grow"><input type="checkbox" name="grow"> ${t('continue.grow')}</label>
          ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error.message}</p>`}
          <footer>
            <button type="button" @click=${() => this.#dialog.close()}>${t('cancel')}</button>
            <button class="primary">${t('continue.continue')}</button>
          </footer>
        </form>
      </mg-dialog>`;
  }
}

customElements.define('mg-continue-session', ContinueSession);
