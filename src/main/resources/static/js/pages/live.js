// The page `/s/{name}`: one session while it trains. It keeps a LiveSession and hands it to the panels,
// which are in panels/. The URL holds what is shown: `?at` is the step that is looked at; each panel may
// add what it needs.

import { LitElement, css, html, nothing } from 'lit';

import { LiveSession } from '../live-session.js';
import { compact, count, rate } from '../format.js';
import { PANELS } from '../panels/index.js';
import { stream } from '../stream.js';
import { icons } from '../ui/icons.js';
import { bindKeys } from '../ui/keys.js';
import { controls } from '../ui/styles.js';
import '../chart.js';
import '../live/transport.js';
import '../ui/header.js';
import '../ui/help.js';

const KEYS = [
  ['space', 'train, pause or resume'], ['.', 'one step'], [':', 'ten steps'], ['?', 'this help'],
];

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
    .notice { margin-bottom: var(--space-3); display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); }
    .grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: var(--space-4); align-items: stretch; }
    .cell { min-width: 0; grid-column: span 12; }
    @media (min-width: 1000px) {
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
      .badge { margin-left: 0; flex-basis: 100%; }
    }
  `];

  #panels = PANELS.map((panel) => ({ ...panel, element: document.createElement(panel.tag) }));
  #unbind = null;

  constructor() {
    super();
    this.name = decodeURIComponent(location.pathname.slice('/s/'.length));
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
      '?': () => this.#help(),
    });
    this.live.start();
    const at = Number(new URLSearchParams(location.search).get('at'));
    if (Number.isInteger(at) && at > 0) {
      this.live.viewAt(at).catch((error) => { this.failure = error; });
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    this.removeEventListener('sight', this.#sighted);
    this.#unbind();
    this.live.stop();
  }

  #changed = () => {
    const { live } = this;
    const trace = live.at === null ? live.trace : live.traceAt;
    if (live.view !== null) {
      for (const { element } of this.#panels) {
        Object.assign(element, { live, view: live.view, trace, at: live.at, revision: live.revision });
      }
    }
    this.revision = live.revision;
  };

  /** Traces are sent only if a panel that shows them is in sight. */
  #sighted = () => {
    this.live.wantsTraces = this.#panels.some(
      ({ element }) => element.isVisible && element.constructor.needsTraces);
  };

  get #transport() {
    return this.renderRoot.querySelector('mg-transport');
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
      <mg-help .keys=${KEYS}>
        <p>One session while it trains. Train it with the bar at the top; every panel follows, and its menu shows the
          numbers behind it as a table or saves them.</p>
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
        ${stream.state === 'lost' ? html`<span class="chip lost">not connected</span>` : nothing}
        <p class="facts">
          ${numParams ? html`<span>${count(numParams)} parameters</span> <span>${count(numDocs)} documents</span>
            <span>${count(vocabSize)} tokens</span>` : nothing}
          <span>${options.engine}</span>
        </p>
        <dl class="badge">
          ${fact(count(step), 'steps')}
          ${fact(isTraining ? rate(stepsPerSecond) : '–', 'steps/s')}
          ${fact(isTraining && framesPerSecond ? compact(stepsPerFrame) : '–', 'steps/frame')}
          ${fact(isTraining && framesPerSecond ? `${Math.round(lag)} ms` : '–', 'lag')}
        </dl>
      </div>
      <div class="bar">
        <mg-transport .live=${live} .view=${live.view} .revision=${live.revision}
          @failed=${(event) => { this.failure = event.detail; }}></mg-transport>
      </div>
      ${state === 'created' ? html`<p class="notice warn">It has no documents yet, so there is nothing to train on.
        <a href="/">Give it some</a></p>` : nothing}
      ${state === 'failed' ? html`<p class="notice bad">Its numbers are not finite any more. Only starting it anew helps,
        perhaps with a smaller learning rate.</p>` : nothing}
      <div class="grid">
        ${this.#panels.map(({ element, columns }) => html`<div class="cell" data-columns=${columns}>${element}</div>`)}
      </div>`;
  }

  #absent() {
    const isName = /^[a-z0-9][a-z0-9-]{0,62}$/.test(this.name);
    const wasHere = this.live.status === 'deleted';
    return html`
      <div class="nothing">
        <h1>${wasHere ? html`The session “${this.name}” has been deleted` : html`There is no session “${this.name}”`}</h1>
        <p>${isName ? nothing : 'Nor can there be: a name has 1 to 63 characters a-z, 0-9 and -.'}</p>
        <div class="row">
          <a class="button" href="/">All sessions</a>
          ${isName ? html`<a class="button primary" href="/?new=${this.name}">${icons.plus} Create it</a>` : nothing}
        </div>
      </div>`;
  }
}

customElements.define('mg-live-page', LivePage);
