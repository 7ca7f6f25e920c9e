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
// fifths of the time. It overrides
//
//   static heading        its title
//   static about          what it shows, in a sentence or two, for the menu
//   static needsTraces    whether it shows `trace`; the server sends traces only while such a panel is visible
//   static keys           its keyboard shortcuts, [key, meaning], for the help
//   renderBody()          its content
//   renderControls()      the controls beside the title, if any; below it in a narrow panel
//   table()               its numbers, {columns: [names], rows: [[values]]}, or null
//   picture()             the drawing of the panel as a canvas with two pixels per dot, or null; by default, its chart or
//                         canvas
//   legend()              what stands beside a saved picture, see framedPicture
//
// While it fills the screen, it has the attribute `filled`.
//
// A page may put buttons of its own into the header: children of the panel with slot="frame".
//
// A panel may use `this.isVisible`, `this.run(promise)`, which shows an error in the panel, and `this.instead(words)`
// where there is nothing to show.

import { LitElement, css, html, nothing } from 'lit';

import { DrawThrottle } from './draw-throttle.js';
import { frameScheduler } from './frame-scheduler.js';
import { icons } from './icons.js';
import { framedPicture } from './picture.js';
import { placePopover } from './place-popover.js';
import { saveCsv, saveUrl } from './save-file.js';
import { controls } from './styles.js';
import { theme } from './theme.js';

const MOST_ROWS = 1000; // in a table; an export has them all

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
    .content { flex: 1; min-width: 0; padding: var(--space-2) var(--space-4) var(--space-4); overflow-x: clip; overflow-clip-margin: 4px; }
    .panel-error { margin: 0 var(--space-4) var(--space-4); }
    .scroll { max-height: 360px; overflow: auto; }

    .menu { position: relative; }
    .menu [popover] {
      position: fixed;
      inset: auto;
      margin: 0;
      width: 240px;
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
  #repaint = () => this.requestUpdate();

  constructor() {
    super();
    this.at = null;
    this.trace = null;
    this.showsTable = false;
    this.failure = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
    theme.addEventListener('change', this.#repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
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
    if (this.hasUpdated && !this.matches(':hover, :focus-within')) {
      await frameScheduler.nextTurn(); // a panel that the user points at is updated at once
    }
    return super.scheduleUpdate();
  }

  /** Milliseconds until it may be rendered again. */
  get drawDelay() {
    return this.ownDrawDelay;
  }

  get ownDrawDelay() {
    return this.#throttle.delay;
  }

  performUpdate() {
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
    return this.renderRoot.querySelector('.content mg-chart')?.picture() ?? this.renderRoot.querySelector('.content canvas');
  }

  legend() {
    return [];
  }

  /** Whose numbers a saved picture shows. */
  get subject() {
    return this.live.describe(this.at);
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
    return this.hasFailed ? 'Training has failed: look at an earlier step.' : words;
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
        <div class="content">${this.live === undefined ? nothing : this.showsTable ? this.#table() : this.renderBody()}</div>
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
        <button class="quiet icon" popovertarget="menu" aria-label="${heading}: menu" title="Menu">${icons.more}</button>
        <div id="menu" popover @beforetoggle=${this.#placeMenu} @click=${this.#closeMenu}>
          ${about ? html`<p>${about}</p>` : nothing}
          ${hasTable ? html`
            <button class="quiet" aria-pressed=${this.showsTable} @click=${() => { this.showsTable = !this.showsTable; }}>
              Show as a table</button>
            <button class="quiet" @click=${this.#saveCsv}>Save as CSV</button>
            <button class="quiet" ?disabled=${this.showsTable} @click=${this.#savePng}>Save as PNG</button>` : nothing}
        </div>
      </div>`;
  }

  #placeMenu({ target, newState }) {
    if (newState === 'open') {
      placePopover(target, this.renderRoot.querySelector('.menu button'));
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
      <div class="scroll" tabindex="0" role="region" aria-label="${this.heading} as a table">
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${shown.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      ${rows.length > shown.length ? html`<p class="hint">Only the last ${shown.length} of ${rows.length} rows are shown</p>` : nothing}`;
  }

  #saveCsv() {
    const { columns, rows } = this.table();
    saveCsv(columns, rows, this.#fileName('csv'));
  }

  async #savePng() {
    const picture = await theme.forPicture(async () => {
      await this.#redraw();
      const drawing = this.picture();
      return drawing === null ? null : framedPicture({
        title: this.heading, subject: this.subject, legend: this.legend(), drawing,
      });
    });
    await this.#redraw();
    if (picture !== null) {
      saveUrl(picture.toDataURL('image/png'), this.#fileName('png'));
    }
  }

  /** Draws everything again at once. */
  async #redraw() {
    this.requestUpdate();
    this.performUpdate();
    for (const map of this.renderRoot.querySelectorAll('mg-heatmap, mg-scatter')) {
      await map.updateComplete;
      map.repaint();
    }
  }

  #fileName(extension) {
    return `${this.live.name}-${this.heading.toLowerCase().replaceAll(' ', '-')}-step-${this.step}.${extension}`;
  }
}
