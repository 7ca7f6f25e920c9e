// The page `/s/{name}`: one session while it trains, shown by the panels in panels/. The URL holds what is
// shown: `?at` and `?text` are the step and the text that are looked at, `?hold` is the text that is held, `?position` the
// position that is chosen in it, `?panel` the panel that fills the screen, and `?panels` their arrangement; each panel
// may add what it needs. `?replay` plays the steps that are kept.

import { css, html, nothing } from 'lit';

import { compact, count, rate } from '../data/format.js';
import { inspectedDocumentOf } from '../data/inspected-document.js';
import { stream } from '../data/live-stream.js';
import { frameScheduler } from '../components/frame-scheduler.js';
import { icons } from '../components/icons.js';
import { PublishedHeight } from '../components/published-height.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';
import { PANELS } from '../panels/index.js';
import { SessionPage } from './base/session-page.js';
import { PanelArrangement } from './live/panel-arrangement.js';
import '../components/chart.js'; // loads ECharts while the panels are loading
import '../components/drawer.js';
import '../panels/steering.js';
import './live/panel-grid.js';
import './live/panel-menu.js';
import './live/timeline.js';
import './live/training-controls.js';

class LivePage extends SessionPage {
  static page = 'live';
  static keepsStepInUrl = true;
  static help = 'One session while it trains. Train it with the bar at the top; all panels follow. The menu of a panel '
    + 'shows its numbers as a table, or saves them. The timeline shows the model as it was at earlier steps while '
    + 'training continues.';
  static keys = [
    ['space', 'train, pause or resume'], ['.', 'one step'], [':', 'ten steps'],
    ['← →', 'look at an earlier or a later step'], ['Home', 'look at the untrained model'],
    ['End', 'look at the newest step again'], ['PgUp PgDn', 'on the timeline: move by ten stops'],
    ['f', 'fill the screen with the panel that has the pointer or the focus'], ['Esc', 'back to all panels'],
    ['r', 'play or pause the replay'], ['s', 'steer and fork'], ['← →', 'on the grip of a panel: move it'],
  ];

  static styles = [SessionPage.styles, css`
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
    .past-badge { display: none; }
    .run { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); }
    .run mg-training-controls { flex: 1 1 600px; min-width: 0; }
    .tools { display: flex; gap: var(--space-2); }
    @media (max-width: 600px) {
      main { padding-bottom: calc(var(--dock) + var(--space-5)); }
      .bar { position: static; } /* its buttons that start and stop training are at the lower edge of the screen */
      .past-badge { position: sticky; bottom: calc(var(--dock) + var(--space-2)); z-index: 5; display: flex; margin-top: var(--space-3); border: 1px solid var(--warn); }
      .badge { margin-left: 0; flex-basis: 100%; }
    }
  `];

  #panels = PANELS.map((panel) => ({
    ...panel, name: panel.tag.replace(/^mg-(.*)-panel$/, '$1'), element: document.createElement(panel.tag),
  }));
  #bar = new PublishedHeight(this, '.bar', '--bar');
  #badge = new PublishedHeight(this, '.past-badge', '--badge');
  #arrangement = new PanelArrangement(this.#panels.map(({ name }) => name));

  constructor() {
    super();
    this.#document.held = queryValue('hold');
    this.#document.position = wholeNumberInQuery('position');
    PANELS.forEach(({ load }) => load().catch((error) => { this.failure = error; }));
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('visibility', this.#panelVisibilityChanged);
    this.#arrangement.addEventListener('change', this.#panelVisibilityChanged);
    this.#document.addEventListener('change', this.#documentChanged);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('visibility', this.#panelVisibilityChanged);
    this.#arrangement.removeEventListener('change', this.#panelVisibilityChanged);
    this.#document.removeEventListener('change', this.#documentChanged);
  }

  get shortcuts() {
    return {
      ' ': () => this.#trainingControls?.toggle(),
      '.': () => this.#trainingControls?.step(1),
      ':': () => this.#trainingControls?.step(10),
      'ArrowLeft': () => this.#timeline?.move(-1),
      'ArrowRight': () => this.#timeline?.move(1),
      'Home': () => this.#timeline?.toStart(),
      'End': () => this.#timeline?.toLive(),
      'f': () => this.#grid?.toggleFill(),
      'r': () => this.#timeline?.toggleReplay(),
      's': () => this.#toggleDrawer(),
    };
  }

  async scheduleUpdate() {
    if (this.hasUpdated && this.live.status === 'present') {
      await frameScheduler.priorityTurn();
    }
    return super.scheduleUpdate();
  }

  sessionChanged() {
    const { live } = this;
    const newest = this.isOpeningStep ? null : live.trace; // not first another step than the URL says
    const trace = live.at === null ? newest : live.traceAt;
    if (live.view !== null) {
      for (const { element } of this.#panels) {
        Object.assign(element, { live, view: live.view, trace, at: live.at, revision: live.revision });
      }
    }
  }

  /** The server sends traces only while a panel that shows them is visible. */
  #panelVisibilityChanged = () => {
    this.live.wantsTraces = this.#panels.some(
      ({ element }) => element.isVisible && element.constructor.needsTraces);
  };

  get #document() {
    return inspectedDocumentOf(this.live);
  }

  #documentChanged = () => {
    const { held, position } = this.#document;
    if (held !== queryValue('hold') || position !== wholeNumberInQuery('position')) {
      setQuery({ hold: held, position });
    }
  };

  get #trainingControls() {
    return this.renderRoot.querySelector('mg-training-controls');
  }

  get #timeline() {
    return this.renderRoot.querySelector('mg-timeline');
  }

  get #grid() {
    return this.renderRoot.querySelector('mg-panel-grid');
  }

  #toggleDrawer() {
    this.renderRoot.querySelector('mg-drawer')?.toggle();
  }

  /** While a panel fills the screen, Tab goes to nothing behind it. */
  #panelFilled = ({ detail }) => {
    this.renderRoot.querySelectorAll('mg-header, .above').forEach((element) => { element.inert = detail !== null; });
  };

  get helpKeys() {
    const ofPanels = this.#panels.flatMap(({ element }) => element.constructor.keys ?? []);
    const byMeaning = new Map([...LivePage.keys, ...ofPanels, ...LivePage.commonKeys].map(([key, meaning]) => [meaning, key]));
    return [...byMeaning].map(([meaning, key]) => [key, meaning]); // keys that several panels share appear once
  }

  renderSession() {
    const { live } = this;
    const { state, step, numParams, numDocs, vocabSize, options, stepsPerSecond } = live.view;
    const { framesPerSecond, stepsPerFrame, lag } = live.meter;
    const isTraining = state === 'training' && stream.state !== 'lost';
    const fact = (value, name) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    const top = html`
      ${stream.state === 'lost' ? html`<span class="chip lost">not connected</span>` : nothing}
      <p class="facts">
        ${numParams ? html`<span title="numParams">${count(numParams)} parameters</span> <span title="numDocs">${count(numDocs)} documents</span>
          <span title="vocabSize">${count(vocabSize)} tokens</span>` : nothing}
        <span title="engine">${options.engine}</span>
      </p>
      <dl class="badge">
        ${fact(count(step), step === 1 ? 'step' : 'steps')}
        ${fact(isTraining ? rate(stepsPerSecond) : '–', 'steps/s')}
        ${fact(isTraining && framesPerSecond ? compact(stepsPerFrame) : '–', 'steps/frame')}
        ${fact(isTraining && framesPerSecond ? `${Math.round(lag)} ms` : '–', 'lag')}
      </dl>`;
    return html`
      <div class="above">${this.renderTop(top)}</div>
      <div class="bar above ${live.target === null ? '' : 'past'}">
        <div class="run">
          <mg-training-controls .live=${live} .view=${live.view} .revision=${live.revision}
            @failed=${(event) => { this.failure = event.detail; }}></mg-training-controls>
          <div class="tools">
            <button title="Steer and fork (s)" @click=${() => this.#toggleDrawer()}>${icons.fork} Steer and fork</button>
            <mg-panel-menu .panels=${this.#panels} .arrangement=${this.#arrangement}></mg-panel-menu>
          </div>
        </div>
        <mg-timeline .live=${live} .view=${live.view} .revision=${live.revision}
          @failed=${(event) => { this.failure = event.detail; }}></mg-timeline>
      </div>
      ${state === 'created' ? this.renderNoDocuments() : nothing}
      <mg-panel-grid .panels=${this.#panels} .arrangement=${this.#arrangement} @filled=${this.#panelFilled}></mg-panel-grid>
      <mg-drawer heading="Steer and fork">
        <mg-steering-panel .live=${live} .view=${live.view} .at=${live.at} .revision=${live.revision}></mg-steering-panel>
      </mg-drawer>
      ${live.target === null ? nothing : html`
        <p class="notice warn past-badge">Step ${count(live.target)} of ${count(step)}
          <button @click=${() => this.#timeline.toLive()}>LIVE</button></p>`}`;
  }
}

customElements.define('mg-live-page', LivePage);
