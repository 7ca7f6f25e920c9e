// The page `/s/{name}`: one session while it trains. It keeps a LiveSession and hands it to the panels,
// which are in panels/. The URL holds what is shown: `?at` is the step that is looked at; each panel may
// add what it needs. A panel that takes keys of its own lists them for the help, as [key, meaning], in
// `static keys`.

import { LitElement, css, html, nothing } from 'lit';

import { LiveSession } from '../live-session.js';
import { compact, count, rate } from '../format.js';
import { PANELS } from '../panels/index.js';
import { SITE, nameInPath } from '../site.js';
import { stream } from '../stream.js';
import { turns } from '../turns.js';
import { icons } from '../ui/icons.js';
import { bindKeys } from '../ui/keys.js';
import { queryValue, setQuery } from '../ui/query.js';
import { controls } from '../ui/styles.js';
import '../chart.js';
import '../live/timeline.js';
import '../live/transport.js';
import '../ui/header.js';
import '../ui/help.js';
import '../ui/session-nav.js';

const KEYS = [
  ['space', 'train, pause or resume'], ['.', 'one step'], [':', 'ten steps'],
  ['← →', 'look at the model as it was earlier, or later'], ['Home', 'look at the untrained model'],
  ['End', 'look at the newest step again'], ['PgUp PgDn', 'on the timeline: ten stops later or earlier'],
];
const SETTLED = 200; // ms without a change until the URL follows: browsers allow only so many

class LivePage extends LitElement {
  static properties = { revision: { state: true }, failure: { state: true } };

  static styles = [controls, css`
    :host { display: block; }
    main { max-width: 1600px; margin: 0 auto; padding: var(--space-4) var(--space-5) var(--space-6); }
    .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
    h1 { font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.25; overflow-wrap: anywhere; }
    .facts { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); color: var(--muted); font-size: var(--text-s); }
    .badge { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); margin-left: auto; }
    .badge div { display: flex; flex-direction: row-reverse; align-items: baseline; gap: 5px; color: var(--muted); font-size: var(--text-s); }
    .badge dd { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; text-align: right; }
    .bar {
      position: sticky;
      top: 0;
      z-index: 5;
      margin-bottom: var(--space-4);
      padding: var(--space-3) var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface);
      box-shadow: 0 1px 3px var(--shadow);
    }
    .bar { display: grid; gap: var(--space-2); }
    .bar.past { border-color: var(--warn); }
    .notice { margin-bottom: var(--space-3); display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); }
    .past-badge { display: none; }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); align-items: stretch; }
    .cell { min-width: 0; min-height: 320px; grid-column: span 12; }
    @media (min-width: 1000px) {
      .cell { min-height: var(--height); }
      .cell[data-columns="3"] { grid-column: span 3; }
      .cell[data-columns="4"] { grid-column: span 4; }
      .cell[data-columns="5"] { grid-column: span 5; }
      .cell[data-columns="6"] { grid-column: span 6; }
      .cell[data-columns="7"] { grid-column: span 7; }
      .cell[data-columns="8"] { grid-column: span 8; }
      .cell[data-columns="9"] { grid-column: span 9; }
    }
    .nothing { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    .nothing p { max-width: 52ch; color: var(--muted); overflow-wrap: anywhere; }
    .nothing h1 { max-width: 30ch; }
    .row { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-2); }
    @media (max-width: 600px) {
      main { padding-inline: var(--space-4); }
      .bar { position: static; }
      .past-badge { position: sticky; bottom: var(--space-2); z-index: 5; display: flex; margin-top: var(--space-3); border: 1px solid var(--warn); }
      .badge { margin-left: 0; flex-basis: 100%; }
    }
  `];

  #panels = PANELS.map((panel) => ({ ...panel, element: document.createElement(panel.tag) }));
  #unbind = null;
  #isFirst = true; // until the session is there
  #at = null; // the step in the URL
  #timer = null;

  constructor() {
    super();
    this.name = nameInPath();
    this.live = new LiveSession(this.name);
    this.revision = 0;
    this.failure = null;
    document.title = `${this.name} – microgpt`;
    PANELS.forEach(({ load }) => load().catch((error) => { this.failure = error; }));
  }

  connectedCallback() {
    super.connectedCallback();
    this.live.addEventListener('change', this.#changed);
    this.addEventListener('sight', this.#sighted);
    this.#unbind = bindKeys({
      ' ': () => this.#transport?.toggle(),
      '.': () => this.#transport?.step(1),
      ':': () => this.#transport?.step(10),
      'ArrowLeft': () => this.#timeline?.move(-1),
      'ArrowRight': () => this.#timeline?.move(1),
      'Home': () => this.#timeline?.toStart(),
      'End': () => this.#timeline?.toLive(),
      '?': () => this.#help(),
    });
    this.live.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    this.removeEventListener('sight', this.#sighted);
    this.#unbind();
    clearTimeout(this.#timer);
    this.live.stop();
  }

  async scheduleUpdate() {
    if (this.hasUpdated && this.live.status === 'present') {
      await turns.first();
    }
    return super.scheduleUpdate();
  }

  #changed = () => {
    const { live } = this;
    if (live.status === 'present' && this.#isFirst) {
      this.#isFirst = false;
      this.#viewAsInUrl();
    } else if (live.at !== this.#at) {
      this.#at = live.at;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => setQuery({ at: this.#at }), SETTLED);
    }
    const trace = live.at === null ? live.trace : live.traceAt;
    if (live.view !== null) {
      for (const { element } of this.#panels) {
        Object.assign(element, { live, view: live.view, trace, at: live.at, revision: live.revision });
      }
    }
    this.revision = live.revision;
  };

  async #viewAsInUrl() {
    const at = queryValue('at');
    if (at !== null && /^\d+$/.test(at)) {
      try {
        await this.live.viewAt(Number(at));
      } catch (error) {
        this.failure = error;
        setQuery({ at: null });
      }
    }
  }

  /** Traces are sent only if a panel that shows them is in sight. */
  #sighted = () => {
    this.live.wantsTraces = this.#panels.some(
      ({ element }) => element.isVisible && element.constructor.needsTraces);
  };

  get #transport() {
    return this.renderRoot.querySelector('mg-transport');
  }

  get #timeline() {
    return this.renderRoot.querySelector('mg-timeline');
  }

  get #keys() {
    const panels = this.#panels.flatMap(({ element }) => element.constructor.keys ?? []);
    const meanings = new Map([...KEYS, ...panels, ['?', 'this help']].map(([key, meaning]) => [meaning, key]));
    return [...meanings].map(([meaning, key]) => [key, meaning]); // what several panels take is listed once
  }

  #help() {
    this.renderRoot.querySelector('mg-help').open();
  }

  render() {
    const { status } = this.live;
    return html`
      <mg-header @help=${this.#help}></mg-header>
      <main>
        <div role="status">${stream.state === 'lost' && status === 'present' ? html`
          <p class="notice bad">Connection lost. What is shown may be old; this page connects again by itself.
            <button @click=${() => stream.retry()}>Now</button></p>` : nothing}</div>
        ${this.failure ? html`<p class="notice bad" role="alert">${this.failure.message}
          <button class="quiet icon" aria-label="Dismiss" @click=${() => { this.failure = null; }}>${icons.close}</button></p>` : nothing}
        ${status === 'present' ? this.#session() : status === 'loading' ? nothing : this.#absent()}
      </main>
      <mg-help .keys=${this.#keys}>
        <p>One session while it trains. Train it with the bar at the top; every panel follows, and its menu shows the
          numbers behind it as a table or saves them. The timeline leads back to the model as it was at earlier steps,
          while training goes on.</p>
      </mg-help>`;
  }

  #session() {
    const { live } = this;
    const { state, step, numParams, numDocs, vocabSize, options, stepsPerSecond } = live.view;
    const { framesPerSecond, stepsPerFrame, lag } = live.meter;
    const isTraining = state === 'training';
    const fact = (value, name) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    return html`
      <div class="top">
        <h1>${this.name}</h1>
        <span class="chip ${state}">${state}</span>
        <mg-session-nav name=${this.name} page="live"></mg-session-nav>
        ${stream.state === 'lost' ? html`<span class="chip lost">not connected</span>` : nothing}
        <p class="facts">
          ${numParams ? html`<span>${count(numParams)} parameters</span> <span>${count(numDocs)} documents</span>
            <span>${count(vocabSize)} tokens</span>` : nothing}
          <span>${options.engine}</span>
        </p>
        <dl class="badge">
          ${fact(count(step), step === 1 ? 'step' : 'steps')}
          ${fact(isTraining ? rate(stepsPerSecond) : '–', 'steps/s')}
          ${fact(isTraining && framesPerSecond ? compact(stepsPerFrame) : '–', 'steps/frame')}
          ${fact(isTraining && framesPerSecond ? `${Math.round(lag)} ms` : '–', 'lag')}
        </dl>
      </div>
      <div class="bar ${live.target === null ? '' : 'past'}">
        <mg-transport .live=${live} .view=${live.view} .revision=${live.revision}
          @failed=${(event) => { this.failure = event.detail; }}></mg-transport>
        <mg-timeline .live=${live} .view=${live.view} .revision=${live.revision}
          @failed=${(event) => { this.failure = event.detail; }}></mg-timeline>
      </div>
      ${state === 'created' ? html`<p class="notice warn">It has no documents yet, so there is nothing to train on.
        <a href=${SITE}>Give it some</a></p>` : nothing}
      ${state === 'failed' ? html`<p class="notice bad">Its numbers are not finite any more. Start it anew, or look at an
        earlier step and fork there, perhaps with a smaller learning rate.</p>` : nothing}
      <div class="grid">
        ${this.#panels.map(({ element, columns, height }) => html`<div class="cell" data-columns=${columns} .style=${`--height: ${height}px`}>${element}</div>`)}
      </div>
      ${live.target === null ? nothing : html`
        <p class="notice warn past-badge">Step ${count(live.target)} of ${count(step)}
          <button @click=${() => this.#timeline.toLive()}>LIVE</button></p>`}`;
  }

  #absent() {
    const isName = /^[a-z0-9][a-z0-9-]{0,62}$/.test(this.name);
    const wasHere = this.live.status === 'deleted';
    return html`
      <div class="nothing">
        <h1>${wasHere ? html`The session “${this.name}” has been deleted` : html`There is no session “${this.name}”`}</h1>
        <p>${isName ? nothing : 'Nor can there be: a name has 1 to 63 characters a-z, 0-9 and -.'}</p>
        <div class="row">
          <a class="button" href=${SITE}>All sessions</a>
          ${isName ? html`<a class="button primary" href="${SITE}?new=${this.name}">${icons.plus} Create it</a>` : nothing}
        </div>
      </div>`;
  }
}

customElements.define('mg-live-page', LivePage);
