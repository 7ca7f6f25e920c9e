// The help dialog: what a page does, and its keyboard shortcuts.

import { LitElement, css, html } from 'lit';

import { texts } from '../data/texts.js';
import { controls } from './styles.js';
import './dialog.js';

const t = await texts('common');

/** `<mg-help>text</mg-help>` */
class Help extends LitElement {
  static properties = { keys: { state: true } };

  static styles = [controls, css`
    dl { display: grid; grid-template-columns: max-content 1fr; gap: var(--space-2) var(--space-4); margin-top: var(--space-4); }
    kbd {
      padding: 2px var(--space-2);
      border: 1px solid var(--line);
      border-bottom-width: 2px;
      border-radius: var(--radius-small);
      background: var(--sunken);
      font: var(--text-s) var(--mono);
    }
  `];

  constructor() {
    super();
    this.keys = [];
  }

  /** Shows the keys, like [['space', 'pause or resume']]. */
  async open(keys) {
    this.keys = keys;
    await this.updateComplete;
    this.renderRoot.querySelector('mg-dialog').open();
  }

  render() {
    return html`
      <mg-dialog heading=${t('help.heading')}>
        <slot></slot>
        <dl>${this.keys.map(([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>
      </mg-dialog>`;
  }
}

customElements.define('mg-help', Help);
