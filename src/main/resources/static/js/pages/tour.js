// The page `/s/{name}/tour`: ten stops that explain how such a model works, with the panels and the numbers of
// this session. The URL holds the stop, `?stop`, the step that is looked at, `?at`, and the chosen position. While the session
// trains, captions and panels stand still at the newest keyframe, so that one can read them.

import { css, html, nothing } from 'lit';

import { count } from '../data/format.js';
import { inspectedDocumentOf } from '../data/inspected-document.js';
import { numStepsFor } from '../data/learning-rate.js';
import { share } from '../data/share.js';
import { texts } from '../data/texts.js';
import { icons } from '../components/icons.js';
import { PublishedHeight } from '../components/published-height.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';
import { SessionPage } from './base/session-page.js';
import { CaptionData, captionKey, stepToShow } from './tour/caption-data.js';
import { rememberStop, rememberedStop } from './tour/remembered-stop.js';
import { STOPS } from './tour/stops.js';
import '../components/chart.js'; // loads ECharts while the panels are loading

const t = await texts('tour');

const LESSON = 1000; // steps that the training button trains
const SWIPE = 50; // px
const MIN_INTERVAL = 500; // ms between two loads of the same stop

class TourPage extends SessionPage {
  static page = 'tour';
  static absentHint = t('absentHint');
  static keepsStepInUrl = true;
  static hasPanels = true;
  static help = t('help');
  static keys = [['← →', t('keys.arrows')], ['Home', t('keys.home')], ['End', t('keys.end')]];

  static properties = {
    stop: { state: true }, // counted from 1
    resumable: { state: true }, // the stop of the previous visit; null for none
    facts: { state: true }, // what the caption shows, see CaptionData; null until it is loaded
    isTraining: { state: true }, // from the click of the button until the response
  };

  static styles = [SessionPage.styles, css`
    main { max-width: 1440px; }
    .notice { flex-wrap: wrap; gap: var(--space-2) var(--space-3); }

    .stops { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: var(--space-1); margin-bottom: var(--space-4); }
    .stops a {
      display: grid;
      grid-template-columns: auto 1fr;
      align-items: center;
      gap: 6px;
      height: 100%;
      min-height: 40px;
      padding: 4px 6px;
      border-top: 4px solid var(--line);
      color: var(--muted);
      font-size: var(--text-xs);
      font-weight: 500;
      line-height: 1.25;
      text-decoration: none;
    }
    .stops a:hover { background: var(--sunken); color: var(--ink); }
    .stops .seen { border-color: var(--accent); }
    .stops [aria-current] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent); font-weight: 600; }
    .stops b { font-variant-numeric: tabular-nums; }

    .stop { display: grid; grid-template: "caption panels" auto "bar panels" 1fr / minmax(0, 30rem) minmax(0, 1fr); gap: var(--space-4) var(--space-5); }
    .caption { grid-area: caption; min-width: 0; min-height: 24rem; /* while it loads */ touch-action: pan-y; }
    .panels { grid-area: panels; display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-4); align-content: start; min-width: 0; overflow-x: clip; overflow-clip-margin: 4px; } /* a panel that has not been in sight may not know its width */
    .panels > * { min-height: 300px; height: auto; }
    .bar { grid-area: bar; display: flex; align-items: center; align-self: start; gap: var(--space-2); }
    .bar .where { flex: 1; color: var(--muted); font-size: var(--text-s); text-align: center; font-variant-numeric: tabular-nums; }

    h2 { margin-bottom: var(--space-3); font-size: 20px; line-height: 1.25; letter-spacing: -0.01em; outline-offset: 4px; }
    .caption p, .caption ol, .caption dl, .caption ul { margin-bottom: var(--space-3); font-size: 15px; line-height: 1.55; overflow-wrap: anywhere; }
    .caption b { font-weight: 600; font-variant-numeric: tabular-nums; }
    .caption [data-fact] { color: var(--data-1); }
    .caption q, .caption .letter { padding: 0 3px; border-radius: 3px; background: var(--sunken); font-family: var(--mono); font-size: 0.93em; white-space: pre-wrap; }
    .caption .formula { padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font-family: var(--mono); font-size: var(--text-m); }
    .order { list-style: decimal; padding-left: 1.6em; }
    .order li { margin-bottom: var(--space-2); }
    .texts div { display: grid; grid-template-columns: 9ch 1fr; gap: var(--space-2); }
    .texts dt { color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; text-align: right; }
    .questions li { margin-bottom: var(--space-1); }
    .questions a { white-space: nowrap; }
    .asof { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-2); color: var(--muted); font-size: var(--text-s); }
    .asof button { min-height: 28px; }
    .lesson { justify-content: flex-start; margin-bottom: var(--space-3); }

    @media (max-width: 1000px) {
      .stop { grid-template: "caption" auto "panels" auto "bar" auto / minmax(0, 1fr); }
      .stops a { grid-template-columns: 1fr; justify-items: center; }
      .stops span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      .bar { position: sticky; bottom: 0; z-index: 5; margin-inline: calc(-1 * var(--space-4)); padding: var(--space-2) var(--space-4); border-top: 1px solid var(--line); background: var(--surface); }
    }
    @media (max-width: 600px) { main { padding-bottom: 0; } }
  `];

  #dock = new PublishedHeight(this, '.bar', '--dock');
  #elements = new Map(); // the panels, by tag: created when they are first shown
  #captionData;
  #loading = null; // AbortController of the load under way
  #loadedKey = ''; // what it is about, see captionKey
  #pointedAt = ''; // what the panels were made to point at last
  #timer = null;
  #dueAt = 0; // when the next load of the same stop is due
  #touch = null; // where a finger went down
  #positionInUrl = wholeNumberInQuery('position'); // until it is shown
  #usualPosition = null; // that the stop is about
  #movesFocus = false; // once the stop has been rendered

  constructor() {
    super();
    this.live.wantsTraces = false; // the tour requests the trace of one text at one step
    this.#captionData = new CaptionData(this.live);
    const stopInUrl = Number(queryValue('stop'));
    const isInUrl = Number.isInteger(stopInUrl) && stopInUrl >= 1 && stopInUrl <= STOPS.length;
    const remembered = rememberedStop(this.name, STOPS.length);
    this.stop = isInUrl ? stopInUrl : 1;
    this.resumable = !isInUrl && remembered !== this.stop ? remembered : null;
    this.facts = null;
    this.isTraining = false;
    if (isInUrl) {
      rememberStop(this.name, stopInUrl);
    }
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('click', this.#follow);
    inspectedDocumentOf(this.live).addEventListener('change', this.#chosen);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('click', this.#follow);
    inspectedDocumentOf(this.live).removeEventListener('change', this.#chosen);
    clearTimeout(this.#timer);
    this.#loading?.abort();
  }

  /** `?position` is the one that the user has chosen, in place of that of the stop. */
  #chosen = () => {
    const { position } = inspectedDocumentOf(this.live);
    if (this.#positionInUrl === null) {
      setQuery({ position: position === this.#usualPosition ? null : position });
    }
  };

  titleOf(name) {
    return t('title', { name });
  }

  get shortcuts() {
    return {
      'ArrowLeft': () => this.#go(this.stop - 1),
      'ArrowRight': () => this.#go(this.stop + 1),
      'Home': () => this.#go(1),
      'End': () => this.#go(STOPS.length),
    };
  }

  get #current() {
    return STOPS[this.stop - 1];
  }

  // ---- the numbers of the caption

  sessionChanged() {
    this.#loadIfChanged();
  }

  /** Loads the numbers of the caption if they are of another model, step or stop. */
  #loadIfChanged() {
    const { live } = this;
    if (live.view === null || live.status !== 'present' || !live.view.vocabSize) {
      return;
    }
    const key = `${this.#current.id} ${captionKey(live)}`;
    if (key === this.#loadedKey) {
      return;
    }
    const wait = this.#dueAt - performance.now();
    const isOfStop = this.#loadedKey.startsWith(`${this.#current.id} `);
    if (isOfStop && wait > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#loadIfChanged(), wait);
      return;
    }
    this.#loadedKey = key;
    this.#dueAt = performance.now() + MIN_INTERVAL;
    this.#load();
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { id, position } = this.#current;
    try {
      const facts = await this.#captionData.load(id, loading.signal);
      if (this.#loading === loading) {
        this.facts = { id, ...facts };
        this.failure = null;
        if (position && facts.trace !== null && this.#pointedAt !== `${id} ${facts.doc}`) {
          this.#pointedAt = `${id} ${facts.doc}`;
          this.#usualPosition = position(facts);
          inspectedDocumentOf(this.live).choose(this.#positionInUrl ?? this.#usualPosition);
          this.#positionInUrl = null;
        }
      }
    } catch (error) {
      if (this.#loading === loading && error.name !== 'AbortError' && error.status !== 404) {
        this.failure = error;
        this.#loadedKey = ''; // retried with the next change
      }
    }
  }

  /** Whether training has continued since the facts were loaded. */
  get #isBehind() {
    return this.live.at === null && this.facts.at !== null && this.live.view.state !== 'failed'
      && (stepToShow(this.live) ?? this.live.view.step) > this.facts.step;
  }

  // ---- navigation

  #go(stop) {
    const to = Math.max(1, Math.min(STOPS.length, stop));
    if (to === this.stop && this.resumable === null) {
      return;
    }
    this.#movesFocus = to !== this.stop;
    this.stop = to;
    this.resumable = null;
    rememberStop(this.name, to);
    setQuery({ stop: to });
    this.#loadIfChanged();
  }

  /** Follows a plain click on a link to a stop without loading the page again. */
  #follow = (event) => {
    const link = event.composedPath().find((node) => node instanceof Element && node.matches('a[data-stop]'));
    if (link !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      this.#go(Number(link.dataset.stop));
    }
  };

  #touched(event) {
    this.#touch = event.pointerType === 'touch' && event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
  }

  #lifted(event) {
    if (this.#touch !== null) {
      const [dx, dy] = [event.clientX - this.#touch.x, event.clientY - this.#touch.y];
      this.#touch = null;
      if (Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) {
        this.#go(this.stop + (dx < 0 ? 1 : -1));
      }
    }
  }

  updated() {
    const heading = this.renderRoot.querySelector('.caption h2');
    if (this.#movesFocus && heading !== null) {
      this.#movesFocus = false;
      heading.focus({ preventScroll: true });
      const { top, bottom } = heading.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) {
        heading.scrollIntoView({ block: 'start' });
      }
    }
  }

  // ---- training, and looking at other steps

  async #do(promise) {
    try {
      await promise;
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  }

  async #train() {
    this.isTraining = true;
    await this.#do(this.live.train(LESSON, { numSteps: numStepsFor(LESSON, this.live.view) }));
    this.isTraining = false;
  }

  get #canTrain() {
    return this.live.view.state === 'ready' && this.live.activeRun === null && !this.isTraining;
  }

  // ---- rendering

  /** The panels of the stop; their modules are loaded when they are first shown. */
  #panels() {
    const { live, facts } = this;
    const { id } = this.#current;
    return this.#current.panels.map(({ tag, load, isLive }) => {
      let element = this.#elements.get(tag);
      if (element === undefined) {
        element = document.createElement(tag);
        this.#elements.set(tag, element);
        load().catch((error) => { this.failure = error; });
      }
      const at = isLive ? live.at : facts?.at ?? null;
      const isKnown = isLive || facts !== null || !live.view.vocabSize;
      if (isKnown) {
        Object.assign(element, { live, view: live.view, trace: facts?.trace ?? null, at, revision: live.revision });
      }
      if (facts?.id === id) {
        this.#direct(element, tag, facts);
      }
      return element;
    });
  }

  /** Sets the properties that only the panels of some stops have. */
  #direct(element, tag, facts) {
    if (tag.startsWith('mg-tour-')) {
      element.facts = facts;
    } else if (tag === 'mg-parameters-panel' && facts.example !== null) {
      const { at, matrix, row, column } = facts.example;
      element.at = at;
      if (this.#pointedAt !== `${matrix} ${row} ${column}`) {
        this.#pointedAt = `${matrix} ${row} ${column}`; // only once: from then on the user moves the cursor
        element.matrix = matrix;
        element.cursor = { row, column };
      }
    }
  }

  renderSession() {
    const isLoaded = Boolean(this.live.view.vocabSize);
    return html`
      ${this.renderTop()}
      ${isLoaded ? html`
        ${this.#list()} ${this.#resume()} ${this.#state()}
        <div class="stop">
          <section class="caption" aria-labelledby="title" @pointerdown=${this.#touched} @pointerup=${this.#lifted}
            @pointercancel=${() => { this.#touch = null; }}>
            <h2 id="title" tabindex="-1">${this.#current.title}</h2>
            ${this.#caption()}
          </section>
          <div class="panels">${this.#panels()}</div>
          <div class="bar">
            <button ?disabled=${this.stop === 1} @click=${() => this.#go(this.stop - 1)}>${icons.back} ${t('back')}</button>
            <span class="where" role="status">${t('where', { stop: this.stop, all: STOPS.length })}</span>
            <button class="primary" ?disabled=${this.stop === STOPS.length} @click=${() => this.#go(this.stop + 1)}>${t('next')} ${icons.forward}</button>
          </div>
        </div>` : this.renderNoDocuments()}`;
  }

  #list() {
    return html`
      <nav aria-label=${t('stops')}><ol class="stops">${STOPS.map(({ title }, i) => html`
        <li><a href="?stop=${i + 1}" data-stop=${i + 1} class=${i + 1 < this.stop ? 'seen' : ''} title=${title}
          aria-current=${i + 1 === this.stop ? 'step' : nothing}><b>${i + 1}</b> <span>${title}</span></a></li>`)}</ol></nav>`;
  }

  #resume() {
    const { resumable } = this;
    return resumable === null ? nothing : html`
      <p class="notice">${t('resume.wereAt', { stop: resumable, title: STOPS[resumable - 1].title })}
        <span class="row">
          <button class="primary" @click=${() => this.#go(resumable)}>${t('resume.continue')}</button>
          <button @click=${() => this.#go(this.stop)}>${t('resume.stay')}</button></span></p>`;
  }

  /** A notice if the model is untrained, failed, or that of an earlier step. */
  #state() {
    const { live } = this;
    const { view } = live;
    if (view.state === 'failed') {
      return html`<p class="notice bad">${t('state.failed', { isKnown: this.facts !== null, step: this.facts?.step ?? nothing })}</p>`;
    }
    if (live.at !== null) {
      return html`<p class="notice warn">${t('state.earlier', { at: count(live.at), step: count(view.step) })}
        <button @click=${() => live.viewAt(null)}>${t('state.newest')}</button></p>`;
    }
    if (view.step === 0 && view.state === 'ready') {
      return html`<p class="notice">${t('state.untrained')}${this.#trainButton('primary')}</p>`;
    }
    return nothing;
  }

  #trainButton(look = '') {
    return share.token !== null ? nothing : html`<button class=${look} ?disabled=${!this.#canTrain} @click=${this.#train}>${icons.play} ${t('train', { steps: count(LESSON) })}</button>`;
  }

  #caption() {
    const { facts, live } = this;
    const { id, caption } = this.#current;
    if (facts === null || facts.id !== id) {
      return this.failure ? nothing : html`<p class="muted">${t('loading')}</p>`;
    }
    return html`
      ${caption(facts, live.view, live)}
      ${facts.trace === null ? html`<p>${t('noNumbers')}</p>` : nothing}
      ${id === 'learning' ? this.#lesson(facts) : nothing}
      <p class="asof">${t('asOf', { step: facts.step })}
        ${this.#isBehind ? html`${t('continued')} <button @click=${this.#renew}>${t('showNewest')}</button>` : nothing}</p>`;
  }

  /** The buttons of the stop on learning. */
  #lesson({ isMovable }) {
    const { live } = this;
    const { step } = live.view;
    const isOver = !isMovable || (step > 0 && this.#isAtZero);
    return html`<div class="row lesson">
      ${isOver ? nothing : this.#trainButton('primary')}
      ${step > 0 && live.at !== 0 ? html`<button @click=${() => this.#do(live.viewAt(0))}>${t('showFirst')}</button>` : nothing}
      ${live.at !== null ? html`<button @click=${() => live.viewAt(null)}>${t('state.newest')}</button>` : nothing}</div>`;
  }

  /** Whether the learning rate has come down to 0, so that further steps change nothing. */
  get #isAtZero() {
    const { step, options } = this.live.view;
    return step >= options.numSteps || options.learningRate === 0;
  }

  #renew() {
    this.#loadedKey = '';
    this.#loadIfChanged();
  }
}

customElements.define('mg-tour-page', TourPage);
