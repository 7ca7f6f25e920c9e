// The menu that hides panels and shows them again.

import { LitElement, css, html } from 'lit';

import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { placePopover } from '../../components/place-popover.js';
import { controls } from '../../components/styles.js';
import { headingOf } from './panel-grid.js';

const t = await texts('live');

/** `<mg-panel-menu .panels=${[{name, tag}]} .arrangement=${a PanelArrangement}>` */
class PanelMenu extends LitElement {
  static properties = { panels: { attribute: false }, arrangement: { attribute: false } };

  static styles = [controls, css`
    :host { display: block; }
    [popover] {
      position: fixed;
      inset: auto;
      width: 220px;
      max-height: calc(100dvh - 2 * var(--space-2));
      margin: 0;
      padding: var(--space-3);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--raised);
      color: var(--ink);
      box-shadow: 0 8px 30px var(--shadow);
    }
    label { display: flex; align-items: center; gap: var(--space-2); min-height: 32px; font-weight: 400; }
    [popover] button { width: 100%; margin-top: var(--space-2); }
  `];

  #update = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    this.arrangement.addEventListener('change', this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.arrangement.removeEventListener('change', this.#update);
  }

  #open({ target, newState }) {
    if (newState === 'open') {
      this.requestUpdate(); // with the titles of panels that were still loading
      placePopover(target, this.renderRoot.querySelector('button'));
    }
  }

  render() {
    const { arrangement } = this;
    return html`
      <button popovertarget="panels" title=${t('menu.title')}>${icons.panels} ${t('menu.panels')}</button>
      <div id="panels" popover role="group" aria-label=${t('menu.panels')} @beforetoggle=${this.#open}>
        ${this.panels.map((panel) => html`
          <label><input type="checkbox" .checked=${!arrangement.isHidden(panel.name)}
            @change=${(event) => arrangement.setHidden(panel.name, !event.target.checked)}>${headingOf(panel)}</label>`)}
        <button @click=${() => arrangement.reset()}>${t('menu.restore')}</button>
      </div>`;
  }
}

customElements.define('mg-panel-menu', PanelMenu);
