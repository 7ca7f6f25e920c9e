// The panels of the Live page: where they are, and the buttons in their headers that move a panel, hide it, or present
// it. A presentation fills the screen with one panel at a time, and has a spotlight.

import { LitElement, css, html, nothing, render } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import '../../components/spotlight.js';
import { controls } from '../../components/styles.js';
import { popQuery, pushQuery, queryValue, queryValueAfterPop, setQuery } from '../../components/url-query.js';
import { fillRows } from './panel-arrangement.js';

const t = await texts('live');

const FILLED = 'panel'; // in the URL
const PRESENTED = 'present';
const REMOTE = { PageUp: -1, PageDown: 1 }; // keys of a presenter's remote control, and panels that they move
const OWN_PAGE_KEYS = 'input, select, textarea, .scroll, [role="region"]'; // which scroll or change with these keys
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }; // places

/**
 * `<mg-panel-grid .panels=${[{name, tag, element, columns, height}]} .arrangement=${a PanelArrangement}>` sends `filled`
 * when a panel fills the screen, and when it no longer does. `?panel` in the URL is the panel that fills the screen, and
 * `?present=loss,attention` the panels of the presentation, unless it is of all that are shown.
 */
class PanelGrid extends LitElement {
  static properties = {
    panels: { attribute: false },
    arrangement: { attribute: false },
    filled: { state: true }, // the name of the panel that fills the screen; null for none
    dragged: { state: true }, // the name of the panel under the pointer while it is moved; null for none
    target: { state: true }, // the name of the one whose place it would take; null for none
    announcement: { state: true }, // for screen readers
    isLit: { state: true }, // whether the spotlight is on
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
    .presenting { display: flex; align-items: center; }
    .place { min-width: 6ch; color: var(--muted); font-size: var(--text-s); text-align: center; font-variant-numeric: tabular-nums; white-space: nowrap; }
    @media (pointer: coarse) { .buttons button { width: 36px; } }
  `];

  #scrolledTo = 0; // before a panel filled the screen
  #pointer = null; // where it was last, {x, y, path}
  #listed = []; // the panels of the presentation, if the URL names any
  #arranged = () => {
    if (this.filled !== null && this.#shownPanel(this.filled) === null) {
      popQuery(FILLED);
      this.#show(null);
    }
    this.requestUpdate();
  };
  #popped = () => {
    const name = this.#shownPanel(queryValueAfterPop(FILLED));
    this.#updateList(name);
    this.#show(name);
  };

  constructor() {
    super();
    this.filled = null;
    this.dragged = null;
    this.target = null;
    this.announcement = '';
    this.isLit = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.arrangement.addEventListener('change', this.#arranged);
    addEventListener('keydown', this.#presentationKey, true);
    addEventListener('popstate', this.#popped);
    this.panels.forEach(({ tag }) => customElements.whenDefined(tag).then(() => this.requestUpdate())); // for its title
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.arrangement.removeEventListener('change', this.#arranged);
    removeEventListener('keydown', this.#presentationKey, true);
    removeEventListener('popstate', this.#popped);
  }

  firstUpdated() {
    const names = (queryValue(PRESENTED) ?? '').split(',').filter((name) => this.panels.some((panel) => panel.name === name));
    this.#listed = [...new Set(names)];
    const name = this.#shownPanel(queryValue(FILLED)) ?? this.#listed[0] ?? null;
    setQuery({ [FILLED]: name });
    this.#updateList(name);
    this.#show(name);
  }

  /** Makes the URL hold the list of panels that one of them is presented from; null ends the presentation. */
  #updateList(name) {
    setQuery({ [PRESENTED]: this.#listed.includes(name) ? this.#listed.join(',') : null });
  }

  // ---- the presentation

  get isPresenting() {
    return this.filled !== null;
  }

  /** The names of the panels that are presented, in their order. */
  get #presented() {
    return this.#listed.includes(this.filled) ? this.#listed : this.arrangement.shown;
  }

  /** Goes a number of panels forward or back; nothing follows the last one. */
  async present(panels) {
    const all = this.#presented;
    const place = all.indexOf(this.filled) + panels;
    const name = all[place];
    if (name === undefined) {
      return;
    }
    const focused = this.#focusedButton;
    setQuery({ [FILLED]: name });
    this.#show(name);
    this.announcement = `${this.#headingOf(name)}: panel ${place + 1} of ${all.length}`;
    await this.updateComplete;
    if (focused !== null) { // the button that was pressed is in a panel that is gone
      this.#button(name, focused)?.focus();
    }
  }

  /** The `data-action` of the button in a panel's header that has the focus; null for none. */
  get #focusedButton() {
    const { activeElement } = this.panels.find(({ name }) => name === this.filled).element.getRootNode();
    return activeElement?.closest('[data-action]')?.dataset.action ?? null;
  }

  #button(name, action) {
    return this.panels.find((panel) => panel.name === name).element.querySelector(`[data-action=${action}]`);
  }

  toggleSpotlight() {
    if (this.isPresenting) {
      this.isLit = !this.isLit;
    }
  }

  #point = (event) => {
    this.#pointer = { x: event.clientX, y: event.clientY, path: event.composedPath() };
    this.#light();
  };

  /** Lights what the pointer is at, if the spotlight is on. */
  #light() {
    const light = this.renderRoot.querySelector('mg-spotlight');
    if (light === null || this.#pointer === null) {
      return;
    }
    const { x, y, path } = this.#pointer;
    const { element } = this.panels.find(({ name }) => name === this.filled);
    const box = path.includes(element) ? element.spotOf(path.slice(0, path.indexOf(element)), y) : null;
    if (box === null) {
      light.showCircle(x, y);
    } else {
      light.show(box);
    }
  }

  /** Presents the panel that has the focus or is under the pointer, or else the first; or ends the presentation. */
  toggleFill() {
    const cell = this.renderRoot.querySelector('.cell:focus-within') ?? this.renderRoot.querySelector('.cell:hover')
      ?? this.renderRoot.querySelector('.cell');
    this.#fill(this.filled === null ? cell?.dataset.name ?? null : null);
  }

  #fill(name) {
    if (name === null) {
      this.#updateList(null);
      popQuery(FILLED);
    } else {
      pushQuery(FILLED, name);
      this.#updateList(name);
    }
    this.#show(name);
  }

  /** The name of a panel; null if there is none of this name, or it is hidden and not presented. */
  #shownPanel(name) {
    return this.arrangement.shown.includes(name) || this.#listed.includes(name) ? name : null;
  }

  async #show(name) {
    if (name === this.filled) {
      return; // its own entry of the history was removed
    }
    if (name !== null) {
      this.#scrolledTo = scrollY;
    }
    this.filled = name;
    this.isLit &&= name !== null;
    this.dispatchEvent(new CustomEvent('filled', { detail: name }));
    await this.updateComplete;
    if (name === null) {
      scrollTo(0, this.#scrolledTo);
    }
  }

  /** Before all other listeners, for which these keys mean something else: a chart with the focus moves its tooltip. */
  #presentationKey = (event) => {
    const path = event.composedPath().filter((node) => node instanceof Element);
    const isElsewhere = path.some((node) => node.matches('dialog, :popover-open'));
    if (this.filled === null || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#fill(null);
    } else if (event.key in REMOTE && !path.some((node) => node.matches(OWN_PAGE_KEYS))) {
      event.stopPropagation();
      event.preventDefault();
      this.present(REMOTE[event.key]);
    }
  };

  // ---- moving

  async #key(event, name) {
    const places = MOVES[event.key];
    if (places !== undefined) {
      event.preventDefault(); // for the timeline, too
      this.arrangement.moveBy(name, places);
      const { shown } = this.arrangement;
      this.announcement = t('grid.place', { panel: this.#headingOf(name), place: shown.indexOf(name) + 1, all: shown.length });
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
    const isHidden = this.filled !== null && this.arrangement.isHidden(this.filled); // a presentation shows it nevertheless
    const names = [...this.arrangement.shown, ...(isHidden ? [this.filled] : [])];
    const shown = names.map((name) => this.panels.find((panel) => panel.name === name));
    const columns = fillRows(shown.map((panel) => panel.columns));
    return html`
      <div class="grid" @pointermove=${this.#point} @pointerdown=${this.#point}>
        ${repeat(shown, ({ name }) => name, ({ name, element, height }, i) => html`
          <div class="cell ${name === this.filled ? 'filled' : ''} ${name === this.dragged ? 'dragged' : ''} ${name === this.target ? 'target' : ''}"
            data-name=${name} .style=${`--columns: ${columns[i]}; --height: ${height}px`}>${element}</div>`)}
      </div>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      ${this.isLit ? html`<mg-spotlight></mg-spotlight>` : nothing}
      ${shown.length === 0 ? html`<p class="muted">${t('grid.allHidden')}</p>` : nothing}`;
  }

  /** The buttons are children of the panels, which place them in their headers. */
  updated(changed) {
    for (const panel of this.panels) {
      panel.element.toggleAttribute('filled', panel.name === this.filled);
      render(this.#buttons(panel), panel.element, { host: this });
    }
    if (changed.has('isLit') || changed.has('filled')) {
      this.#light();
    }
  }

  #buttons(panel) {
    const { name } = panel;
    const heading = headingOf(panel);
    const isFilled = name === this.filled;
    return html`
      <div slot="frame" class="buttons">
        ${isFilled ? this.#presenterButtons() : nothing}
        <button class="quiet icon move" aria-label=${t('grid.move', { panel: heading })} title=${t('grid.moveTitle')}
          @keydown=${(event) => this.#key(event, name)} @pointerdown=${(event) => this.#grab(event, name)}
          @pointermove=${(event) => this.#drag(event)} @pointerup=${() => this.#drop(true)}
          @pointercancel=${() => this.#drop(false)}>${icons.grip}</button>
        <button class="quiet icon" aria-label=${t('grid.fill', { panel: heading })} aria-pressed=${isFilled}
          title=${isFilled ? t('grid.back') : t('grid.fillTitle')}
          @click=${() => this.#fill(isFilled ? null : name)}>${isFilled ? icons.shrink : icons.fill}</button>
        <button class="quiet icon hide" aria-label=${t('grid.hide', { panel: heading })} title=${t('grid.hideTitle')}
          @click=${() => this.arrangement.setHidden(name, true)}>${icons.close}</button>
      </div>`;
  }

  /** The buttons of the panel that fills the screen. */
  #presenterButtons() {
    const all = this.#presented;
    const place = all.indexOf(this.filled);
    return html`
      <div class="presenting" role="group" aria-label=${t('grid.presentation')}>
        <button class="quiet icon" data-action="back" aria-label=${t('grid.previous')} title=${t('grid.previousTitle')} ?disabled=${place <= 0}
          @click=${() => this.present(-1)}>${icons.back}</button>
        <span class="place">${place + 1} / ${all.length}</span>
        <button class="quiet icon" data-action="next" aria-label=${t('grid.next')} title=${t('grid.nextTitle')} ?disabled=${place === all.length - 1}
          @click=${() => this.present(1)}>${icons.forward}</button>
        <button class="quiet icon" data-action="light" aria-label=${t('grid.spotlight')} aria-pressed=${this.isLit}
          title=${t('grid.spotlightTitle')} @click=${() => this.toggleSpotlight()}>${icons.spotlight}</button>
      </div>`;
  }
}

customElements.define('mg-panel-grid', PanelGrid);

/** The title of a panel; its name until its module is loaded. */
export function headingOf({ name, element }) {
  return element.heading ?? name;
}
