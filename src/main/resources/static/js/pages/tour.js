// The page `/s/{name}/tour`: ten stops that explain how such a model works, with the panels and the numbers of
// this session. The URL holds where one is, `?stop`, and `?at`, the step that is looked at; what the stops
// are, tour/stops.js says. While the session trains, the captions and the panels stand still at the newest
// step that is kept, so that one can read them.

import { LitElement, css, html, nothing } from 'lit';

import { count } from '../format.js';
import { LiveSession } from '../live-session.js';
import { subjectOf } from '../model/subject.js';
import { SITE, nameInPath } from '../site.js';
import { stream } from '../stream.js';
import { Moments, stepToLookAt, subjectKey } from '../tour/moment.js';
import { rememberStop, rememberedStop } from '../tour/place.js';
import { STOPS } from '../tour/stops.js';
import { icons } from '../ui/icons.js';
import { bindKeys } from '../ui/keys.js';
import { queryValue, setQuery } from '../ui/query.js';
import { controls } from '../ui/styles.js';
import '../chart.js';
import '../ui/header.js';
import '../ui/help.js';
import '../ui/session-nav.js';

const KEYS = [['← →', 'the stop before or after'], ['Home', 'the first stop'], ['End', 'the last stop']];
const LESSON = 1000; // steps of the button that trains
const SWIPE = 50; // px
const REST = 500; // ms from one look at the session to the next

class TourPage extends LitElement {
  static properties = {
    revision: { state: true },
    failure: { state: true },
    stop: { state: true }, // counted from 1
    resumable: { state: true }, // the stop where one was before; null for none
    moment: { state: true }, // what the caption tells, see Moments; null until it is known
    isTraining: { state: true }, // between the button and the answer
  };

  static styles = [controls, css`
    :host { display: block; }
    main { max-width: 1440px; margin: 0 auto; padding: var(--space-4) var(--space-5) var(--space-6); }
    .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
    h1 { font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.25; overflow-wrap: anywhere; }
    .notice { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }

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
    .caption [data-fact] { color: var(--accent); }
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
    .nothing { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    .nothing p { max-width: 52ch; color: var(--muted); overflow-wrap: anywhere; }
    .nothing h1 { max-width: 30ch; }
    .row { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-2); }

    .lesson { justify-content: flex-start; margin-bottom: var(--space-3); }

    @media (max-width: 1000px) {
      .stop { grid-template: "caption" auto "panels" auto "bar" auto / minmax(0, 1fr); }
      .stops a { grid-template-columns: 1fr; justify-items: center; }
      .stops span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      .bar { position: sticky; bottom: 0; z-index: 5; margin-inline: calc(-1 * var(--space-4)); padding: var(--space-2) var(--space-4); border-top: 1px solid var(--line); background: var(--surface); }
    }
    @media (max-width: 600px) { main { padding-inline: var(--space-4); padding-bottom: 0; } }
  `];

  #elements = new Map(); // the panels, by tag: made when they are first shown
  #moments;
  #asked = null; // AbortController of the look that is under way
  #askedFor = ''; // what it is about
  #pointedAt = ''; // the moment whose position the panels point at
  #at = null; // the step in the URL
  #timer = null;
  #restsUntil = 0;
  #isFirst = true; // until the session is there
  #unbind = null;
  #touch = null; // where a finger went down
  #movesFocus = false; // once the stop has been rendered

  constructor() {
    super();
    this.name = nameInPath();
    this.live = new LiveSession(this.name);
    this.live.wantsTraces = false; // it asks for one text, as of one step
    this.#moments = new Moments(this.live);
    const asked = Number(queryValue('stop'));
    const isAsked = Number.isInteger(asked) && asked >= 1 && asked <= STOPS.length;
    const remembered = rememberedStop(this.name, STOPS.length);
    this.stop = isAsked ? asked : 1;
    this.resumable = !isAsked && remembered !== this.stop ? remembered : null;
    this.revision = 0;
    this.failure = null;
    this.moment = null;
    this.isTraining = false;
    if (isAsked) {
      rememberStop(this.name, asked);
    }
    document.title = `Tour of ${this.name} – microgpt`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.live.addEventListener('change', this.#changed);
    this.#unbind = bindKeys({
      'ArrowLeft': () => this.#go(this.stop - 1),
      'ArrowRight': () => this.#go(this.stop + 1),
      'Home': () => this.#go(1),
      'End': () => this.#go(STOPS.length),
      '?': () => this.#help(),
    });
    this.live.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    this.#unbind();
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.live.stop();
  }

  get #place() {
    return STOPS[this.stop - 1];
  }

  // ---- what there is to tell

  #changed = () => {
    const { live } = this;
    if (live.status === 'present' && this.#isFirst) {
      this.#isFirst = false;
      this.#viewAsInUrl();
    } else if (live.at !== this.#at) {
      this.#at = live.at;
      setQuery({ at: this.#at });
    }
    this.#look();
    this.revision = live.revision;
  };

  async #viewAsInUrl() {
    const at = queryValue('at');
    if (at !== null && /^\d+$/.test(at)) {
      await this.#do(this.live.viewAt(Number(at)));
    }
  }

  /** Takes the numbers of the caption, if they are of another model, step or stop than those at hand. */
  #look() {
    const { live } = this;
    if (live.view === null || live.status !== 'present' || !live.view.vocabSize) {
      return;
    }
    const key = `${this.#place.id} ${subjectKey(live)}`;
    if (key === this.#askedFor) {
      return;
    }
    const wait = this.#restsUntil - performance.now();
    const isOfStop = this.#askedFor.startsWith(`${this.#place.id} `);
    if (isOfStop && wait > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), wait);
      return;
    }
    this.#askedFor = key;
    this.#restsUntil = performance.now() + REST;
    this.#take();
  }

  async #take() {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const { id, position } = this.#place;
    try {
      const moment = await this.#moments.take(id, asked.signal);
      if (this.#asked === asked) {
        this.moment = { id, ...moment };
        this.failure = null;
        if (position && moment.trace !== null && this.#pointedAt !== `${id} ${moment.doc}`) {
          this.#pointedAt = `${id} ${moment.doc}`;
          subjectOf(this.live).choose(position(moment));
        }
      }
    } catch (error) {
      if (this.#asked === asked && error.name !== 'AbortError' && error.status !== 404) {
        this.failure = error;
        this.#askedFor = ''; // with the next change, again
      }
    }
  }

  /** Whether training has gone on since. */
  get #isBehind() {
    return this.live.at === null && this.moment.at !== null && this.live.view.state !== 'failed'
      && (stepToLookAt(this.live) ?? this.live.view.step) > this.moment.step;
  }

  // ---- to get around

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
    this.#look();
  }

  /** A link to a stop that is clicked plainly leads there without a new page. */
  #follow(event) {
    const link = event.composedPath().find((node) => node instanceof Element && node.matches('a[data-stop]'));
    if (link !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      this.#go(Number(link.dataset.stop));
    }
  }

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

  #help() {
    this.renderRoot.querySelector('mg-help').open();
  }

  // ---- to train, and to look at other steps

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
    await this.#do(this.live.train(LESSON));
    this.isTraining = false;
  }

  get #canTrain() {
    return this.live.view.state === 'ready' && this.live.activeRun === null && !this.isTraining;
  }

  // ---- what it shows

  /** The panels of the stop; those that come from elsewhere are loaded now. */
  #panels() {
    const { live, moment } = this;
    const { id } = this.#place;
    return this.#place.panels.map(({ tag, load, isLive }) => {
      let element = this.#elements.get(tag);
      if (element === undefined) {
        element = document.createElement(tag);
        this.#elements.set(tag, element);
        load().catch((error) => { this.failure = error; });
      }
      const at = isLive ? live.at : moment?.at ?? null;
      const isKnown = isLive || moment !== null || !live.view.vocabSize;
      if (isKnown) {
        Object.assign(element, { live, view: live.view, trace: moment?.trace ?? null, at, revision: live.revision });
      }
      if (moment?.id === id) {
        this.#direct(element, tag, moment);
      }
      return element;
    });
  }

  /** What the panels of some stops are told beside the usual. */
  #direct(element, tag, moment) {
    if (tag.startsWith('mg-tour-')) {
      element.moment = moment;
    } else if (tag === 'mg-parameters-panel' && moment.example !== null) {
      const { at, matrix, row, column } = moment.example;
      element.at = at;
      if (this.#pointedAt !== `${matrix} ${row} ${column}`) {
        this.#pointedAt = `${matrix} ${row} ${column}`; // once: then it is the reader's
        element.matrix = matrix;
        element.cursor = { row, column };
      }
    }
  }

  render() {
    const { status } = this.live;
    return html`
      <mg-header @help=${this.#help}></mg-header>
      <main @click=${this.#follow}>
        <div role="status">${stream.state === 'lost' && status === 'present' ? html`
          <p class="notice bad">Connection lost. What is shown may be old; this page connects again by itself.
            <button @click=${() => stream.retry()}>Now</button></p>` : nothing}</div>
        ${this.failure ? html`<p class="notice bad" role="alert">${this.failure.message}
          <button class="quiet icon" aria-label="Dismiss" @click=${() => { this.failure = null; }}>${icons.close}</button></p>` : nothing}
        ${status === 'present' ? this.#session() : status === 'loading' ? nothing : this.#absent()}
      </main>
      <mg-help .keys=${[...KEYS, ['?', 'this help']]}>
        <p>How such a model works, in ten stops, with the panels and the numbers of this session. Where you are is in the
          URL. On a touch screen, swipe over the text. In a panel the arrow keys belong to the panel while its map or field
          has the focus.</p>
      </mg-help>`;
  }

  #session() {
    const { state } = this.live.view;
    const isLoaded = Boolean(this.live.view.vocabSize);
    return html`
      <div class="top">
        <h1>${this.name}</h1>
        <span class="chip ${state}">${state}</span>
        <mg-session-nav name=${this.name} page="tour"></mg-session-nav>
      </div>
      ${isLoaded ? html`
        ${this.#list()} ${this.#resume()} ${this.#state()}
        <div class="stop">
          <section class="caption" aria-labelledby="title" @pointerdown=${this.#touched} @pointerup=${this.#lifted}
            @pointercancel=${() => { this.#touch = null; }}>
            <h2 id="title" tabindex="-1">${this.#place.title}</h2>
            ${this.#caption()}
          </section>
          <div class="panels">${this.#panels()}</div>
          <div class="bar">
            <button ?disabled=${this.stop === 1} @click=${() => this.#go(this.stop - 1)}>${icons.back} Back</button>
            <span class="where" role="status">Stop ${this.stop} of ${STOPS.length}</span>
            <button class="primary" ?disabled=${this.stop === STOPS.length} @click=${() => this.#go(this.stop + 1)}>Next ${icons.forward}</button>
          </div>
        </div>` : html`
        <p class="notice warn">It has no documents yet, so there is no model to show.
          <a class="button" href=${SITE}>Give it some</a></p>`}`;
  }

  #list() {
    return html`
      <nav aria-label="Stops"><ol class="stops">${STOPS.map(({ title }, i) => html`
        <li><a href="?stop=${i + 1}" data-stop=${i + 1} class=${i + 1 < this.stop ? 'seen' : ''} title=${title}
          aria-current=${i + 1 === this.stop ? 'step' : nothing}><b>${i + 1}</b> <span>${title}</span></a></li>`)}</ol></nav>`;
  }

  #resume() {
    const { resumable } = this;
    return resumable === null ? nothing : html`
      <p class="notice">You were at stop ${resumable}, ${STOPS[resumable - 1].title}.
        <span class="row">
          <button class="primary" @click=${() => this.#go(resumable)}>Go on there</button>
          <button @click=${() => this.#go(this.stop)}>Stay here</button></span></p>`;
  }

  /** What is unusual about the model that is shown. */
  #state() {
    const { live } = this;
    const { view } = live;
    if (view.state === 'failed') {
      return html`<p class="notice bad">Its training has failed: its numbers are not finite any more. The tour shows it as it was at an
        earlier step${this.moment === null ? nothing : `, ${count(this.moment.step)}`}.</p>`;
    }
    if (live.at !== null) {
      return html`<p class="notice warn">This is the model as it was at step ${count(live.at)} of ${count(view.step)}.
        <button @click=${() => live.viewAt(null)}>Back to the newest step</button></p>`;
    }
    if (view.step === 0 && view.state === 'ready') {
      return html`<p class="notice">This model has not been trained, so all that you will see is random. The tour tells more of one
        that has learned something.${this.#trainButton('primary')}</p>`;
    }
    return nothing;
  }

  #trainButton(look = '') {
    return html`<button class=${look} ?disabled=${!this.#canTrain} @click=${this.#train}>${icons.play} Train ${count(LESSON)} steps</button>`;
  }

  #caption() {
    const { moment, live } = this;
    const { id, caption } = this.#place;
    if (moment === null || moment.id !== id) {
      return this.failure ? nothing : html`<p class="muted">Looking at the numbers …</p>`;
    }
    return html`
      ${caption(moment, live.view, live)}
      ${moment.trace === null ? html`<p>At this step the model has no finite numbers left to show.</p>` : nothing}
      ${id === 'learning' ? this.#lesson(moment) : nothing}
      <p class="asof">As of step ${count(moment.step)}.
        ${this.#isBehind ? html`Training has gone on. <button @click=${this.#renew}>Take the newest</button>` : nothing}</p>`;
  }

  /** What one can do at the stop on learning. */
  #lesson({ isMovable }) {
    const { live } = this;
    const { step } = live.view;
    const isOver = !isMovable || (step > 0 && this.#isAtZero);
    return html`<div class="row lesson">
      ${isOver ? nothing : this.#trainButton('primary')}
      ${step > 0 && live.at !== 0 ? html`<button @click=${() => this.#do(live.viewAt(0))}>See it as it was at step 0</button>` : nothing}
      ${live.at !== null ? html`<button @click=${() => live.viewAt(null)}>Back to now</button>` : nothing}</div>`;
  }

  /** Whether the learning rate has come down to 0, so that further steps change nothing. */
  get #isAtZero() {
    const { step, options } = this.live.view;
    return step >= options.numSteps || options.learningRate === 0;
  }

  #renew() {
    this.#askedFor = '';
    this.#look();
  }

  #absent() {
    const isName = /^[a-z0-9][a-z0-9-]{0,62}$/.test(this.name);
    const wasHere = this.live.status === 'deleted';
    return html`
      <div class="nothing">
        <h1>${wasHere ? html`The session “${this.name}” has been deleted` : html`There is no session “${this.name}”`}</h1>
        <p>${isName ? 'A tour needs a session, whose numbers it tells.' : 'Nor can there be: a name has 1 to 63 characters a-z, 0-9 and -.'}</p>
        <div class="row">
          <a class="button" href=${SITE}>All sessions</a>
          ${isName ? html`<a class="button primary" href="${SITE}?new=${this.name}">${icons.plus} Create it</a>` : nothing}
        </div>
      </div>`;
  }
}

customElements.define('mg-tour-page', TourPage);
