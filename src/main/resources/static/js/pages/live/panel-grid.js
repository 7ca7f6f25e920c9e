// The panels of the Live page: where they are, and the buttons in their headers that move a panel, hide it, or fill
// the screen with it.

import { LitElement, css, html, nothing, render } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import { popQuery, pushQuery, queryValue, queryValueAfterPop } from '../../components/url-query.js';
import { fillRows } from './panel-arrangement.js';

const FILLED = 'panel'; // in the URL
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }; // places

/**
 * `<mg-panel-grid .panels=${[{name, tag, element, columns, height}]} .arrangement=${a PanelArrangement}>` sends `filled`
 * when a panel fills the screen, and when it no longer does. `?panel` in the URL is the panel that fills the screen.
 */
class PanelGrid extends LitElement {
  static properties = {
    panels: { attribute: false },
    arrangement: { attribute: false },
    filled: { state: true }, // the name of the panel that fills the screen; null for none
    dragged: { state: true }, // the name of the panel under the pointer while it is moved; null for none
    target: { state: true }, // the name of the one whose place it would take; null for none
    announcement: { state: true }, // for screen readers
  };

  static styles = [controls, css`
    :host { display: block; }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); align-items: stretch; }
    .cell { min-width: 0; min-height: 320px; grid-column: span 12; border-radius: var(--radius); }
    .cell > :not(:defined) { visibility: hidden; }
    @media (min-width: 1000px) {
      .cell { min-height: calc(var(--height) * var(--scale)); grid-column: span var(--columns); }
    }
    .dragged { opacity: 0.5; }
    .target { outline: 3px solid var(--accent); outline-offset: 3px; }
    .grid:has(.filled) .cell:not(.filled) { display: none; }
    .filled {
      position: fixed;
      inset: 0;
      z-index: 20;
      min-height: 0;
      overflow: auto;
      padding: var(--space-3);
      border-radius: 0;
      background: var(--page);
    }
    @media (min-width: 700px) {
      .filled {
        --scale: 1.6; /* readable from the back of a room */
        --text-xs: 19px;
        --text-s: 21px;
        --text-m: 22px;
        --text-l: 28px;
      }
    }
    .buttons { display: flex; }
    .buttons button { width: 28px; color: var(--muted); }
    .buttons .move { cursor: grab; touch-action: none; }
    .filled .move, .filled .hide { display: none; }
    @media (pointer: coarse) { .buttons button { width: 36px; } }
  `];

  #scrolledTo = 0; // before a panel filled the screen
  #arranged = () => {
    if (this.filled !== null && this.arrangement.isHidden(this.filled)) {
      popQuery(FILLED);
      this.#show(null);
    }
    this.requestUpdate();
  };
  #popped = () => this.#show(this.#shownPanel(queryValueAfterPop(FILLED)));

  constructor() {
    super();
    this.filled = null;
    this.dragged = null;
    this.target = null;
    this.announcement = '';
  }

  connectedCallback() {
    super.connectedCallback();
    this.arrangement.addEventListener('change', this.#arranged);
    addEventListener('keydown', this.#escape, true);
    addEventListener('popstate', this.#popped);
    this.panels.forEach(({ tag }) => customElements.whenDefined(tag).then(() => this.requestUpdate())); // for its title
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.arrangement.removeEventListener('change', this.#arranged);
    removeEventListener('keydown', this.#escape, true);
    removeEventListener('popstate', this.#popped);
  }

  firstUpdated() {
    this.#show(this.#shownPanel(queryValue(FILLED)));
  }

  // ---- filling the screen

  /** Fills the screen with the panel that has the focus or is under the pointer, or else the first; or no longer. */
  toggleFill() {
    const cell = this.renderRoot.querySelector('.cell:focus-within') ?? this.renderRoot.querySelector('.cell:hover')
      ?? this.renderRoot.querySelector('.cell');
    this.#fill(this.filled === null ? cell?.dataset.name ?? null : null);
  }

  #fill(name) {
    if (name === null) {
      popQuery(FILLED);
    } else {
      pushQuery(FILLED, name);
    }
    this.#show(name);
  }

  /** The name of a panel; null if there is none of this name, or it is hidden. */
  #shownPanel(name) {
    return this.arrangement.shown.includes(name) ? name : null;
  }

  async #show(name) {
    if (name === this.filled) {
      return; // its own entry of the history was removed
    }
    if (name !== null) {
      this.#scrolledTo = scrollY;
    }
    this.filled = name;
    this.dispatchEvent(new CustomEvent('filled', { detail: name }));
    await this.updateComplete;
    if (name === null) {
      scrollTo(0, this.#scrolledTo);
    }
  }

  /** Before all other listeners, for which Escape means something else. */
  #escape = (event) => {
    const isInDialog = event.composedPath().some((node) => node.localName === 'dialog');
    if (event.key === 'Escape' && this.filled !== null && !isInDialog) {
      event.stopPropagation();
      this.#fill(null);
    }
  };

  // ---- moving

  async #key(event, name) {
    const places = MOVES[event.key];
    if (places !== undefined) {
      event.preventDefault(); // for the timeline, too
      this.arrangement.moveBy(name, places);
      const { shown } = this.arrangement;
      this.announcement = `${this.#headingOf(name)}: place ${shown.indexOf(name) + 1} of ${shown.length}`;
      const handle = event.currentTarget;
      await this.updateComplete;
      handle.focus(); // an element that is moved loses it
    }
  }

  #grab(event, name) {
    if (event.button === 0) {
      event.currentTarget.setPointerCapture(event.pointerId);
      this.dragged = name;
    }
  }

  #drag({ clientX, clientY }) {
    if (this.dragged !== null) {
      const cell = [...this.renderRoot.querySelectorAll('.cell')].find((candidate) => {
        const { left, right, top, bottom } = candidate.getBoundingClientRect();
        return clientX >= left && clientX < right && clientY >= top && clientY < bottom;
      });
      const name = cell?.dataset.name ?? null;
      this.target = name === this.dragged ? null : name;
    }
  }

  #drop(isDone) {
    if (isDone && this.target !== null) {
      this.arrangement.moveTo(this.dragged, this.target);
    }
    this.dragged = null;
    this.target = null;
  }

  // ---- rendering

  #headingOf(name) {
    return headingOf(this.panels.find((panel) => panel.name === name));
  }

  render() {
    const shown = this.arrangement.shown.map((name) => this.panels.find((panel) => panel.name === name));
    const columns = fillRows(shown.map((panel) => panel.columns));
    return html`
      <div class="grid">
        ${repeat(shown, ({ name }) => name, ({ name, element, height }, i) => html`
          <div class="cell ${name === this.filled ? 'filled' : ''} ${name === this.dragged ? 'dragged' : ''} ${name === this.target ? 'target' : ''}"
            data-name=${name} .style=${`--columns: ${columns[i]}; --height: ${height}px`}>${element}</div>`)}
      </div>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      ${shown.length === 0 ? html`<p class="muted">All panels are hidden. “Panels” shows them again.</p>` : nothing}`;
  }

  /** The buttons are children of the panels, which place them in their headers. */
  updated() {
    for (const panel of this.panels) {
      panel.element.toggleAttribute('filled', panel.name === this.filled);
      render(this.#buttons(panel), panel.element, { host: this });
    }
  }

  #buttons(panel) {
    const { name } = panel;
    const heading = headingOf(panel);
    const isFilled = name === this.filled;
    return html`
      <div slot="frame" class="buttons">
        <button class="quiet icon move" aria-label="${heading}: move" title="Drag to another place, or press the arrow keys"
          @keydown=${(event) => this.#key(event, name)} @pointerdown=${(event) => this.#grab(event, name)}
          @pointermove=${(event) => this.#drag(event)} @pointerup=${() => this.#drop(true)}
          @pointercancel=${() => this.#drop(false)}>${icons.grip}</button>
        <button class="quiet icon" aria-label="${heading}: fill the screen" aria-pressed=${isFilled}
          title=${isFilled ? 'Back to all panels (Esc)' : 'Fill the screen (f)'}
          @click=${() => this.#fill(isFilled ? null : name)}>${isFilled ? icons.shrink : icons.fill}</button>
        <button class="quiet icon hide" aria-label="${heading}: hide" title="Hide; “Panels” shows it again"
          @click=${() => this.arrangement.setHidden(name, true)}>${icons.close}</button>
      </div>`;
  }
}

customElements.define('mg-panel-grid', PanelGrid);

/** The title of a panel; its name until its module is loaded. */
export function headingOf({ name, element }) {
  return element.heading ?? name;
}
