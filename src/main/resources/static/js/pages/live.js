// The page `/s/{name}`: one session while it trains, shown by the panels in panels/. The URL holds what is
// shown: `?at` and `?text` are the step and the text that are looked at, `?hold` is the text that is held, `?position` the
// position that is chosen in it, `?panel` the panel that fills the screen, `?present` those of a presentation, `?panels`
// their arrangement, and `?steer` an open drawer; each panel may add what it needs. `?replay` plays the steps that are kept.

import { css, html, nothing } from 'lit';

import { compact, count, rate } from '../data/format.js';
import { inspectedDocumentOf } from '../data/inspected-document.js';
import { stream } from '../data/live-stream.js';
import { share } from '../data/share.js';
import { texts } from '../data/texts.js';
import { LIVE_INTERVAL } from '../components/draw-throttle.js';
import { frameScheduler } from '../components/frame-scheduler.js';
import { icons } from '../components/icons.js';
import { PublishedHeight } from '../components/published-height.js';
import { queryValue, setQuery } from '../components/url-query.js';
import { PANELS } from '../panels/index.js';
import { DocumentInUrl } from './base/document-in-url.js';
import { SessionPage } from './base/session-page.js';
import { PanelArrangement } from './live/panel-arrangement.js';
import '../components/chart.js'; // loads ECharts while the panels are loading
import '../components/drawer.js';
import '../panels/steering.js';
import './live/panel-grid.js';
import './live/panel-menu.js';
import './live/timeline.js';
import './live/training-controls.js';

const t = await texts('live');

const TRAINING_KEYS = ['space', '.', ':', 's']; // what the bearer of a share cannot do
const STEER = 'steer'; // in the URL: whether the drawer is open

class LivePage extends SessionPage {
  static page = 'live';
  static keepsStepInUrl = true;
  static hasPanels = true;
  static help = t('help');
  static keys = [
    ['space', t('keys.train')], ['.', t('keys.one')], [':', t('keys.ten')],
    ['← →', t('keys.look')], ['[ ]', t('keys.same')], ['Home', t('keys.start')],
    ['End', t('keys.newest')], ['PgUp PgDn', t('keys.page')],
    ['f', t('keys.fill')], ['← →', t('keys.present')],
    ['PgUp PgDn', t('keys.presentSame')], ['l', t('keys.light')], ['Esc', t('keys.back')],
    ['r', t('keys.replay')], ['s', t('keys.steer')], ['← →', t('keys.grip')],
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
  #drawnAt = -Infinity; // when the top was drawn last
  #drawnTarget = null; // the step that was looked at then
  #isOpening = true; // until the session is rendered
  #document = new DocumentInUrl(inspectedDocumentOf(this.live));
  #bar = new PublishedHeight(this, '.bar', '--bar');
  #badge = new PublishedHeight(this, '.past-badge', '--badge');
  #arrangement = new PanelArrangement(this.#panels.map(({ name }) => name));

  constructor() {
    super();
    this.#panels.forEach(({ name, element }) => { element.embedName = name; });
    PANELS.forEach(({ load }) => load().catch((error) => { this.failure = error; }));
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('visibility', this.#panelVisibilityChanged);
    this.#arrangement.addEventListener('change', this.#panelVisibilityChanged);
    this.#document.connect();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('visibility', this.#panelVisibilityChanged);
    this.#arrangement.removeEventListener('change', this.#panelVisibilityChanged);
    this.#document.disconnect();
  }

  updated() {
    const drawer = this.renderRoot.querySelector('mg-drawer');
    if (this.#isOpening && drawer !== null) {
      this.#isOpening = false;
      if (queryValue(STEER) !== null) {
        drawer.updateComplete.then(() => drawer.toggle());
      }
    }
  }

  get shortcuts() {
    return {
      ' ': () => this.#trainingControls?.toggle(),
      '.': () => this.#trainingControls?.step(1),
      ':': () => this.#trainingControls?.step(10),
      'ArrowLeft': () => this.#move(-1),
      'ArrowRight': () => this.#move(1),
      '[': () => this.#timeline?.move(-1),
      ']': () => this.#timeline?.move(1),
      'Home': () => this.#timeline?.toStart(),
      'End': () => this.#timeline?.toLive(),
      'f': () => this.#grid?.toggleFill(),
      'l': () => this.#grid?.toggleSpotlight(),
      'r': () => this.#timeline?.toggleReplay(),
      's': () => this.#toggleDrawer(),
    };
  }

  async scheduleUpdate() {
    if (this.hasUpdated && this.live.status === 'present') {
      const wait = this.#drawnAt + LIVE_INTERVAL - performance.now();
      if (wait > 0 && this.live.target === this.#drawnTarget) {
        await new Promise((done) => setTimeout(done, wait));
      }
      await frameScheduler.priorityTurn();
    }
    this.#drawnAt = performance.now();
    this.#drawnTarget = this.live.target;
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

  /** Moves on the timeline, or, in a presentation, to another panel. */
  #move(places) {
    if (this.#grid?.isPresenting) {
      this.#grid.present(places);
    } else {
      this.#timeline?.move(places);
    }
  }

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
    const own = LivePage.keys.filter(([key]) => share.token === null || !TRAINING_KEYS.includes(key));
    const byMeaning = new Map([...own, ...ofPanels, ...this.sharedKeys].map(([key, meaning]) => [meaning, key]));
    return [...byMeaning].map(([meaning, key]) => [key, meaning]); // keys that several panels share appear once
  }

  renderSession() {
    const { live } = this;
    const { state, step, numParams, numDocs, vocabSize, options, stepsPerSecond } = live.view;
    const { framesPerSecond, stepsPerFrame, lag } = live.meter;
    const isTraining = state === 'training' && stream.state !== 'lost';
    const fact = (value, name) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    const top = html`
      ${stream.state === 'lost' ? html`<span class="chip lost">${t('notConnected')}</span>` : nothing}
      <p class="facts">
        ${numParams ? html`<span title="numParams">${t('parameters', { number: numParams })}</span> <span title="numDocs">${t('documents', { number: numDocs })}</span>
          <span title="vocabSize">${t('tokens', { number: vocabSize })}</span>` : nothing}
        <span title="engine">${options.engine}</span>
      </p>
      <dl class="badge">
        ${fact(count(step), t('badge.steps', { step }))}
        ${fact(isTraining ? rate(stepsPerSecond) : '–', t('badge.speed'))}
        ${fact(isTraining && framesPerSecond ? compact(stepsPerFrame) : '–', t('badge.frame'))}
        ${fact(isTraining && framesPerSecond ? t('badge.ms', { lag: Math.round(lag) }) : '–', t('badge.lag'))}
      </dl>`;
    return html`
      <div class="above">${this.renderTop(top)}</div>
      <div class="bar above ${live.target === null ? '' : 'past'}">
        <div class="run">
          <mg-training-controls .live=${live} .view=${live.view} .revision=${live.revision}
            @failed=${(event) => { this.failure = event.detail; }}></mg-training-controls>
          <div class="tools">
            ${share.token === null ? html`
              <button title=${t('steerTitle')} @click=${() => this.#toggleDrawer()}>${icons.fork} ${t('steer')}</button>` : nothing}
            <mg-panel-menu .panels=${this.#panels} .arrangement=${this.#arrangement}></mg-panel-menu>
          </div>
        </div>
        <mg-timeline .live=${live} .view=${live.view} .revision=${live.revision}
          @failed=${(event) => { this.failure = event.detail; }}></mg-timeline>
      </div>
      ${state === 'created' ? this.renderNoDocuments() : nothing}
      <mg-panel-grid .panels=${this.#panels} .arrangement=${this.#arrangement} @filled=${this.#panelFilled}></mg-panel-grid>
      ${share.token === null ? html`
        <mg-drawer heading=${t('steer')} @toggled=${({ detail }) => setQuery({ [STEER]: detail ? 1 : null })}>
          <mg-steering-panel .live=${live} .view=${live.view} .at=${live.at} .revision=${live.revision}></mg-steering-panel>
        </mg-drawer>` : nothing}
      ${live.target === null ? nothing : html`
        <p class="notice warn past-badge">${t('timeline.past', { at: live.target, step })}
          <button @click=${() => this.#timeline.toLive()}>${t('timeline.toLive')}</button></p>`}`;
  }
}

customElements.define('mg-live-page', LivePage);
