// What all panels of the Live page have in common: the frame with its title and menu, the table behind
// the picture, export, and rest while out of sight.
//
// A panel is a module in panels/ that defines an element extending Panel, and a line in panels/index.js.
// The page sets these properties, all of them anew whenever something changes, at most once a picture:
//
//   live      the LiveSession: live.name, live.losses, live.events, live.run, live.activeRun, what can
//             be done (live.train, live.steer, live.viewAt, …), live.api, live.stream
//   view      the session as the REST interface shows it: {name, state, step, options, vocabSize, …}
//   trace     what to show of the model's inside, {step, doc, tokens, vizData, …}: of the newest step, or
//             of the step that is looked at; null if there is none
//   at        the step that is looked at, or null while live; calls about the model (generate, inspect,
//             embeddings, score) take it as `step`
//   revision  counts the changes
//
// The page that compares sessions has panels, too: there `live` is a Compared (compare/compared.js), and there
// is no trace.
//
// A panel is rendered only while it can be seen, in turn with the others, and no more often than leaves the
// page four fifths of the time. It overrides
//
//   static heading        its title
//   static about          a sentence or two on what it shows, for the menu
//   static needsTraces    true if it shows `trace`; without a visible panel that does, none are sent
//   renderBody()          its content
//   renderControls()      what stands beside the title, if anything
//   table()               the numbers behind the picture, {columns: [names], rows: [[values]]}, or null
//   picture()             a data: URL of it as PNG, or null; unless overridden, of its chart or canvas
//
// and has `this.isVisible`, `this.run(promise)`, which shows an error in the panel, and `this.instead(words)`,
// for where there is nothing to show.

import { LitElement, css, html, nothing } from 'lit';

import { Pace } from './pace.js';
import { theme } from './theme.js';
import { turns } from './turns.js';
import { icons } from './ui/icons.js';
import { controls } from './ui/styles.js';

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
    @media (max-width: 600px) { .controls:has(*) { order: 1; flex-basis: 100%; padding-right: var(--space-2); } }
    .content { flex: 1; min-width: 0; padding: var(--space-2) var(--space-4) var(--space-4); }
    .panel-error { margin: 0 var(--space-4) var(--space-4); }
    .scroll { max-height: 360px; overflow: auto; }

    .menu { position: relative; }
    .menu [popover] {
      position: fixed;
      inset: auto;
      margin: 0;
      width: 240px;
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

  /** Whether it is in sight. */
  isVisible = false;

  #observer = new IntersectionObserver((entries) => {
    this.isVisible = entries.at(-1).isIntersecting;
    this.dispatchEvent(new Event('sight', { bubbles: true, composed: true }));
    this.requestUpdate();
  }, { rootMargin: '100px' });
  #unseen = new Map(); // the properties that have changed out of sight, with what they were before
  #pace = new Pace();
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
    theme.removeEventListener('change', this.#repaint);
  }

  /** What changes out of sight has changed when the panel comes into sight: it may have to ask for more. */
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
    if (this.#pace.rest > 0) {
      await new Promise((done) => setTimeout(done, this.#pace.rest));
    }
    if (this.hasUpdated && !this.matches(':hover, :focus-within')) {
      await turns.next(); // what somebody points at follows at once
    }
    return super.scheduleUpdate();
  }

  performUpdate() {
    this.#pace.run(() => super.performUpdate());
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
    const drawn = this.renderRoot.querySelector('.content mg-chart') ?? this.renderRoot.querySelector('.content canvas');
    return drawn === null ? null : drawn.png?.() ?? drawn.toDataURL('image/png');
  }

  // ---- what panels use

  /** Whether the model that is shown has no numbers left to show. */
  get hasFailed() {
    return this.at === null && this.view?.state === 'failed';
  }

  /** What stands in place of a picture, unless the model has failed. */
  instead(words) {
    return this.hasFailed ? 'It has failed: look at an earlier step.' : words;
  }

  /** Awaits; an error is shown in the panel until the next success. */
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

  render() {
    const { heading } = this.constructor;
    return html`
      <section aria-labelledby="heading">
        <header>
          <h2 id="heading">${heading}</h2>
          <div class="controls">${this.renderControls()}</div>
          ${this.#menu()}
        </header>
        <div class="content">${this.live === undefined ? nothing : this.showsTable ? this.#table() : this.renderBody()}</div>
        ${this.failure ? html`<p class="error panel-error" role="alert">${this.failure.message}</p>` : nothing}
      </section>`;
  }

  #menu() {
    const { heading, about } = this.constructor;
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

  #placeMenu(event) {
    const button = this.renderRoot.querySelector('.menu button').getBoundingClientRect();
    event.target.style.top = `${button.bottom + 4}px`;
    event.target.style.right = `${document.documentElement.clientWidth - button.right}px`;
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
      <div class="scroll" tabindex="0" role="region" aria-label="${this.constructor.heading} as a table">
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${shown.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      ${rows.length > shown.length ? html`<p class="hint">The last ${shown.length} of ${rows.length} rows</p>` : nothing}`;
  }

  #saveCsv() {
    const { columns, rows } = this.table();
    const text = [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n');
    const url = URL.createObjectURL(new Blob([`${text}\r\n`], { type: 'text/csv' }));
    this.#save(url, 'csv');
    URL.revokeObjectURL(url);
  }

  #savePng() {
    const url = this.picture();
    if (url !== null) {
      this.#save(url, 'png');
    }
  }

  #save(url, extension) {
    const link = document.createElement('a');
    link.href = url;
    link.download = `${this.live.name}-${this.constructor.heading.toLowerCase().replaceAll(' ', '-')}-step-${this.view.step}.${extension}`;
    link.click();
  }
}

/** Quoted where needed; a text that a spreadsheet would take for a formula becomes a plain one. */
function csvField(value) {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
