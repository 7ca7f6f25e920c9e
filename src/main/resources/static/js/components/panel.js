// The base class of all panels: the frame with title and menu, the numbers as a table, export, and no rendering
// while out of sight.
//
// A panel is a module in panels/ that defines an element extending Panel, and a line in panels/index.js.
// The page sets all of these properties whenever something changes, at most once per animation frame:
//
//   live      the LiveSession: live.name, live.limits, live.losses, live.events, live.run, live.activeRun, its commands
//             (live.train, live.steer, live.viewAt, …), live.api, live.stream
//   view      the session as the REST API returns it: {name, state, step, options, vocabSize, …}
//   trace     the trace to show, {step, doc, tokens, vizData, …}: of the newest step, or of the step that is
//             looked at; null if there is none
//   at        the step that is looked at, or null while live; calls about the model (generate, inspect,
//             embeddings, score) take it as `step`
//   revision  counts the changes
//
// On the page that compares sessions, `live` is a ComparedSessions, and there is no trace.
//
// A panel is rendered only while it is visible, in turn with the others, and only as often as leaves the page four
// fifths of the time; while the newest step is shown, at most five times a second, unless the user points at it. It overrides
//
//   static heading        its title
//   static about          what it shows, in a sentence or two, for the menu
//   static needsTraces    whether it shows `trace`; the server sends traces only while such a panel is visible
//   static keys           its keyboard shortcuts, [key, meaning], for the help
//   renderBody()          its content
//   renderControls()      the controls beside the title, if any; below it in a narrow panel
//   table()               its numbers, {columns: [names], rows: [[values]]}, or null; in full, as they are saved
//   picture()             its picture: a drawing (see components/picture.js), a canvas with two pixels per dot, or null for
//                         that of its table; by default, its chart or canvas
//   legend()              what stands beside a saved picture, see Picture
//   step                  the step that its numbers are of
//   spotOf(path, y)       the box of what the pointer is at, for the spotlight: by the elements there, and its place in px;
//                         by default, see components/spotlight.js
//
// While it fills the screen, it has the attribute `filled`.
//
// A page may put buttons of its own into the header: children of the panel with slot="frame".
//
// The menu saves numbers as CSV and JSON, and the picture as PNG and, if it consists of shapes and texts, as SVG. `e` opens
// it. `?tables` in the URL names the panels that show their tables.
//
// A panel may use `this.isVisible`, `this.run(promise)`, which shows an error in the panel, and `this.instead(words)`
// where there is nothing to show.

import { LitElement, css, html, nothing } from 'lit';

import { cellText } from '../data/format.js';
import { texts } from '../data/texts.js';
import { panelConnected, panelDisconnected } from './connected-panels.js';
import { DrawThrottle, LIVE_INTERVAL } from './draw-throttle.js';
import { embedButton } from './embed-button.js';
import { frameScheduler } from './frame-scheduler.js';
import { icons } from './icons.js';
import { drawingOf, saveAsPng, saveAsSvg, saveNumbersAsCsv, saveNumbersAsJson } from './panel-export.js';
import { placePopover } from './place-popover.js';
import { spotIn } from './spotlight.js';
import { controls } from './styles.js';
import { theme } from './theme.js';
import { queryValue, setQuery } from './url-query.js';

const t = await texts('common');

const MOST_ROWS = 1000; // in a table; an export has them all
const TABLES = 'tables'; // in the URL

export class Panel extends LitElement {
  static heading = '';
  static about = '';
  static needsTraces = false;

  static properties = {
    live: { attribute: false },
    view: { attribute: false },
    trace: { attribute: false },
    at: { attribute: false },
    revision: { attribute: false },
    showsTable: { state: true },
    failure: { state: true },
    savesSvg: { state: true }, // whether its picture can be saved as SVG
  };

  /** To be extended: `static styles = [Panel.styles, css`…`]`. */
  static styles = [controls, css`
    :host { display: block; min-width: 0; height: 100%; }
    section {
      display: flex;
      flex-direction: column;
      height: 100%;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface);
      box-shadow: 0 1px 3px var(--shadow);
      container-type: inline-size;
    }
    section > header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--space-2) var(--space-3);
      padding: var(--space-2) var(--space-2) 0 var(--space-4);
      min-height: 46px;
    }
    section > header h2 { font-size: var(--text-l); line-height: 1.3; margin-right: auto; }
    .controls { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); }
    .controls label { display: flex; align-items: center; gap: var(--space-1); font-weight: 400; min-height: 26px; white-space: nowrap; }
    @container (max-width: 600px) { .controls:has(*) { order: 1; flex-basis: 100%; padding-right: var(--space-2); } }
    .frame { display: flex; }
    /* a panel out of sight keeps drawings of its former width */
    .content { flex: 1; min-width: 0; padding: var(--space-2) var(--space-4) var(--space-4); contain: layout paint; overflow-clip-margin: 4px; }
    /* each fills the width, so that the browser need not arrange its layers again when a text gets longer */
    :where(.content > *) { background: var(--surface); }
    .panel-error { margin: 0 var(--space-4) var(--space-4); }
    .scroll { max-height: 360px; overflow: auto; }

    .menu { position: relative; }
    .menu [popover] {
      position: fixed;
      inset: auto;
      margin: 0;
      width: min(240px * var(--scale), 100vw - 2 * var(--space-2));
      max-height: calc(100dvh - 2 * var(--space-2));
      padding: var(--space-2);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--raised);
      color: var(--ink);
      box-shadow: 0 8px 30px var(--shadow);
    }
    .menu [popover] p { padding: var(--space-1) var(--space-2) var(--space-2); color: var(--muted); font-size: var(--text-s); }
    .menu [popover] button { width: 100%; justify-content: flex-start; }
    .menu [popover] button[hidden] { display: none; }
  `];

  /** Whether it is in the viewport, or close to it. */
  isVisible = false;

  #observer = new IntersectionObserver((entries) => {
    this.isVisible = entries.at(-1).isIntersecting;
    this.dispatchEvent(new Event('visibility', { bubbles: true, composed: true }));
    this.requestUpdate();
  }, { rootMargin: '100px' });
  #unseen = new Map(); // the properties that have changed out of sight, with their values before
  #throttle = new DrawThrottle();
  #waited = 0; // ms for its last turn; the next one is likely to take as long
  #drawnStep = null; // the step that was looked at when it was drawn last
  #repaint = () => this.requestUpdate();

  constructor() {
    super();
    this.at = null;
    this.trace = null;
    this.showsTable = tablesInUrl().includes(this.panelName);
    this.failure = null;
    this.savesSvg = false;
  }

  connectedCallback() {
    super.connectedCallback();
    panelConnected(this);
    this.#observer.observe(this);
    theme.addEventListener('change', this.#repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    panelDisconnected(this);
    this.#observer.disconnect();
    this.isVisible = false;
    theme.removeEventListener('change', this.#repaint);
  }

  /** Collects the changes made out of sight, and reports them once the panel is visible. */
  shouldUpdate(changed) {
    if (this.isVisible || !this.hasUpdated) {
      this.#unseen.forEach((before, name) => changed.set(name, before));
      this.#unseen.clear();
      return true;
    }
    changed.forEach((before, name) => this.#unseen.has(name) || this.#unseen.set(name, before));
    return false;
  }

  async scheduleUpdate() {
    const { drawDelay } = this;
    if (drawDelay > 0) {
      await new Promise((done) => setTimeout(done, drawDelay));
    }
    if (this.hasUpdated && !this.#isPointed) {
      const asked = performance.now();
      await frameScheduler.nextTurn(); // a panel that the user points at is updated at once
      this.#waited = performance.now() - asked;
    }
    return super.scheduleUpdate();
  }

  /** Milliseconds until it may be rendered again. */
  get drawDelay() {
    const isLive = this.at === null && this.#drawnStep === null;
    return isLive && !this.#isPointed ? this.#throttle.delayWithin(LIVE_INTERVAL - this.#waited) : this.#throttle.delay;
  }

  /** Milliseconds until it may be rendered again, for what it costs. */
  get ownDrawDelay() {
    return this.#throttle.delay;
  }

  get #isPointed() {
    return this.matches(':hover, :focus-within');
  }

  performUpdate() {
    this.#drawnStep = this.at;
    this.#throttle.measure(() => super.performUpdate());
  }

  // ---- to be overridden

  renderBody() {
    return nothing;
  }

  renderControls() {
    return nothing;
  }

  table() {
    return null;
  }

  picture() {
    return this.renderRoot.querySelector('.content mg-chart')?.picture() ?? this.renderRoot.querySelector('.content canvas') ?? null;
  }

  legend() {
    return [];
  }

  /** Whose numbers a saved picture shows. */
  get subject() {
    return this.live.describe(this.step);
  }

  /** The same, as members of a JSON file. */
  get source() {
    return this.live.sourceAt(this.step);
  }

  spotOf(path) {
    return spotIn(path);
  }

  // ---- for subclasses

  /** The step that the numbers are of. */
  get step() {
    return this.at ?? this.view.step;
  }

  /** Whether the shown model has failed, so that it has no finite numbers. */
  get hasFailed() {
    return this.at === null && this.view?.state === 'failed';
  }

  /** The text in place of a picture; another one if the model has failed. */
  instead(words) {
    return this.hasFailed ? t('panel.failed') : words;
  }

  /** Awaits a promise; an error is shown in the panel until the next success. */
  async run(promise) {
    try {
      const result = await promise;
      this.failure = null;
      return result;
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.failure = error;
      }
      return undefined;
    }
  }

  // ---- the frame

  /** Its name in the URL and in files: of `<mg-loss-panel>`, `loss`; of `<mg-compare-losses>`, `losses`. */
  get panelName() {
    return this.localName.replace(/^mg-(compare-|lab-|strings-|sweep-|tour-)?/, '').replace(/-panel$/, '');
  }

  /** The title for this session. */
  get heading() {
    return this.constructor.heading;
  }

  get about() {
    return this.constructor.about;
  }

  render() {
    const { heading } = this;
    return html`
      <section aria-labelledby="heading">
        <header>
          <h2 id="heading">${heading}</h2>
          <div class="controls">${this.renderControls()}</div>
          <div class="frame">${this.#menu()}<slot name="frame"></slot></div>
        </header>
        <div class="content">${this.live === undefined ? nothing : this.showsTable && this.table() !== null ? this.#table() : this.renderBody()}</div>
        ${this.failure ? html`<p class="error panel-error" role="alert">${this.failure.message}</p>` : nothing}
      </section>`;
  }

  #menu() {
    const { heading, about } = this;
    const hasTable = this.live !== undefined && this.table() !== null;
    if (!hasTable && about === '') {
      return nothing;
    }
    return html`
      <div class="menu">
        <button class="quiet icon" popovertarget="menu" aria-label=${t('panel.menu', { panel: heading })} title=${t('panel.menuTitle')}>${icons.more}</button>
        <div id="menu" popover role="group" aria-label="${heading}" @beforetoggle=${this.#menuToggles} @click=${this.#closeMenu} @keydown=${this.#menuKey}>
          ${about ? html`<p>${about}</p>` : nothing}
          ${hasTable ? html`
            <button class="quiet" autofocus aria-pressed=${this.showsTable} @click=${this.#toggleTable}>${t('panel.asTable')}</button>
            <button class="quiet" @click=${() => saveNumbersAsCsv(this)}>${t('panel.save', { format: 'CSV' })}</button>
            <button class="quiet" @click=${() => saveNumbersAsJson(this)}>${t('panel.save', { format: 'JSON' })}</button>
            <button class="quiet" @click=${() => saveAsPng(this)}>${t('panel.save', { format: 'PNG' })}</button>
            <button class="quiet" ?hidden=${!this.savesSvg} @click=${() => saveAsSvg(this)}>${t('panel.save', { format: 'SVG' })}</button>` : nothing}
          ${embedButton(this)}
        </div>
      </div>`;
  }

  /** Opens the menu, with the focus in it. */
  openMenu() {
    const button = this.renderRoot.querySelector('.menu button');
    button?.focus({ preventScroll: true }); // which gets it back when the menu closes
    this.renderRoot.querySelector('#menu')?.showPopover();
  }

  /** Up, Down, Home and End move between the buttons of the menu. */
  #menuKey(event) {
    const buttons = [...event.currentTarget.querySelectorAll('button:not([hidden])')];
    const now = buttons.indexOf(this.renderRoot.activeElement);
    const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons.at(to % buttons.length)?.focus();
    }
  }

  #menuToggles({ target, newState }) {
    if (newState === 'open') {
      this.savesSvg = drawingOf(this)?.isVector ?? false;
      target.querySelector('button[hidden]')?.toggleAttribute('hidden', !this.savesSvg); // at once, to be measured
      placePopover(target, this.renderRoot.querySelector('.menu button'));
    } else if (target.contains(this.renderRoot.activeElement)) {
      this.renderRoot.querySelector('.menu button').focus({ preventScroll: true });
    }
  }

  #closeMenu(event) {
    if (event.target.closest('button')) {
      event.currentTarget.hidePopover();
    }
  }

  #table() {
    const { columns, rows } = this.table();
    const shown = rows.slice(-MOST_ROWS);
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${t('panel.table', { panel: this.heading })}>
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${shown.map((row) => html`<tr>${row.map((value) => html`<td>${cellText(value)}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      ${rows.length > shown.length ? html`<p class="hint">${t('panel.lastRows', { shown: shown.length, all: rows.length })}</p>` : nothing}`;
  }

  #toggleTable() {
    this.showsTable = !this.showsTable;
    const others = tablesInUrl().filter((name) => name !== this.panelName);
    const shown = this.showsTable ? [...others, this.panelName] : others;
    setQuery({ [TABLES]: shown.join(',') || null });
  }

  /** Draws everything again at once. */
  async redraw() {
    this.requestUpdate();
    this.performUpdate();
    for (const map of this.renderRoot.querySelectorAll('mg-heatmap, mg-scatter')) {
      await map.updateComplete;
      map.repaint();
    }
  }
}

/** The names of the panels that show their tables. */
function tablesInUrl() {
  return (queryValue(TABLES) ?? '').split(',').filter((name) => name !== '');
}
