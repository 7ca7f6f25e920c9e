// The timeline, a slider to look back: one stop per keyframe on a scale that spaces them about evenly, marks for
// events, and the present at the right end. A replay looks at one stop after the other; `?replay` in the URL starts it.

import { LitElement, css, html, nothing, svg } from 'lit';

import { compact } from '../../data/format.js';
import { EVENT_KINDS, describeEvent } from '../../data/session-events.js';
import { spread } from '../../data/spread.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { ResizeController } from '../../components/resize-controller.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const t = await texts('live');

const DENSE = 8; // keyframes per doubling; up to about twice as many steps, every step has one
const MARK_WIDTH = 24; // px: closer marks are merged
const LABEL_WIDTH = 0.06;
const MOST_LINES = 8; // of the text of a mark
const PAGE = 10; // stops that the page keys move
const REPLAY = 'replay'; // in the URL
const REPLAY_FROM = 2 * DENSE; // step: before it, there is a stop for every step, and texts are noise
const REPLAY_STOPS = 40; // at most
const REPLAY_TICK = 800; // ms that a stop is shown

const calm = matchMedia('(prefers-reduced-motion: reduce)');

const ICONS = { failed: icons.failed, steered: icons.steer, continued: icons.documents, forked: icons.fork, paused: icons.pause };

/** `<mg-timeline .live .view .revision>` sends `failed` with an error, null after a success. */
class Timeline extends LitElement {
  static properties = {
    live: { attribute: false },
    view: { attribute: false },
    revision: { attribute: false },
    replay: { state: true }, // ready, playing or ended; null for none
  };

  static styles = [controls, css`
    :host { display: block; --mark: 18px; }
    .line { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); }
    .where { flex: 0 0 210px; display: flex; align-items: baseline; gap: var(--space-2); color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .where strong { color: var(--ink); white-space: nowrap; }
    .past .where strong { padding: 2px var(--space-2); border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); }
    .group { display: flex; gap: 0; }
    .replay { margin-top: var(--space-1); color: var(--muted); font-size: var(--text-s); }
    .replay:empty { display: none; }
    .live { min-width: 64px; letter-spacing: 0.04em; }
    .live::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
    .past .live { border-color: var(--warn); background: var(--warn-soft); color: var(--warn); }

    .scale { position: relative; flex: 1 1 300px; height: calc(var(--mark) + 32px); margin: 0 8px; }
    .track { position: absolute; inset: calc(var(--mark) - 4px) -8px 14px; cursor: pointer; touch-action: pan-y; border-radius: var(--radius-small); }
    .track svg { position: absolute; left: 8px; top: 5px; width: calc(100% - 16px); height: 12px; overflow: visible; }
    .rail { fill: var(--sunken); stroke: var(--line); vector-effect: non-scaling-stroke; }
    .done { fill: var(--accent); opacity: 0.3; }
    .past .done { fill: var(--warn); }
    .stops { stroke: var(--muted); stroke-width: 1; opacity: 0.75; vector-effect: non-scaling-stroke; }
    .thumb {
      position: absolute;
      top: calc(var(--mark) - 1px);
      width: 16px;
      height: 16px;
      margin-left: -8px;
      border: 3px solid var(--surface);
      border-radius: 50%;
      background: var(--accent);
      box-shadow: 0 0 0 1.5px var(--accent);
      pointer-events: none;
    }
    .past .thumb { background: var(--warn); box-shadow: 0 0 0 1.5px var(--warn); }
    .labels { position: absolute; inset: auto 0 0; height: 15px; color: var(--muted); font-size: calc(11px * var(--scale)); line-height: 15px; font-variant-numeric: tabular-nums; pointer-events: none; }
    /* without a transform: a moved one costs the browser more than the text */
    .labels span { position: absolute; width: 60px; margin-left: -30px; text-align: center; white-space: nowrap; }

    .mark { position: absolute; top: -2px; width: var(--mark); min-height: var(--mark); height: var(--mark); margin-left: calc(var(--mark) / -2); padding: 0; border: 0; background: none; color: var(--muted); }
    .mark:hover:not(:disabled) { background: none; color: var(--ink); }
    .mark.steered { color: var(--data-2); }
    .mark.forked { color: var(--data-1); }
    .mark.failed { color: var(--bad); }
    .mark svg { width: 11px; height: 11px; }
    .tip {
      display: none;
      position: absolute;
      top: calc(var(--mark) + 4px);
      left: 0;
      z-index: 2;
      padding: var(--space-1) var(--space-2);
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
      background: var(--raised);
      color: var(--ink);
      box-shadow: 0 4px 16px var(--shadow);
      font: 400 var(--text-s)/1.5 var(--font);
      text-align: left;
      white-space: pre;
      pointer-events: none;
    }
    .mark.right .tip { left: auto; right: 0; }
    .mark:hover .tip, .mark:focus .tip { display: block; }
    @media (pointer: coarse) {
      :host { --mark: 24px; }
      .track { bottom: 12px; }
    }
    @media (max-width: 600px) {
      .where { flex: 1; order: -2; flex-wrap: wrap; white-space: nowrap; }
      .group { order: -1; }
      .scale { flex-basis: 100%; order: 1; }
    }
  `];

  #isDragged = false;
  #rest = []; // the stops still to be replayed; null, for live, is the last
  #length = 0; // of the replay
  #replayed = null; // the target that the replay has set
  #timer = null;
  #sizes = new ResizeController(this, () => this.requestUpdate());

  constructor() {
    super();
    this.replay = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  willUpdate() {
    if (queryValue(REPLAY) !== null && this.live.stops.length > 0) {
      setQuery({ [REPLAY]: null });
      this.#play(calm.matches);
    } else if (this.replay !== null && this.#isElsewhere) {
      this.#endReplay(null);
    }
  }

  // ---- positions

  get #isPast() {
    return this.live.target !== null;
  }

  /** The position of a step on the bar, from 0 to 1. */
  #position(step) {
    const last = Math.max(1, this.view.step);
    return Math.min(1, Math.log1p(step / DENSE) / Math.log1p(last / DENSE));
  }

  /** The stop nearest to a position; null for live. */
  #nearest(position) {
    let best = null;
    let distance = 1 - position;
    for (const stop of this.live.stops) {
      const away = Math.abs(this.#position(stop) - position);
      if (away < distance) {
        best = stop;
        distance = away;
      }
    }
    return best;
  }

  // ---- navigation

  async #go(step) {
    if (step === this.live.target) {
      return;
    }
    try {
      await this.live.viewAt(step);
      this.#send(null);
    } catch (error) {
      this.#send(error);
    }
  }

  #send(failure) {
    this.dispatchEvent(new CustomEvent('failed', { detail: failure }));
  }

  /** Moves a number of stops forward or back. */
  move(stops) {
    const all = [...this.live.stops, null];
    const { target } = this.live;
    // if the stop no longer exists, the one before it counts
    const now = target === null ? all.length - 1
      : Math.max(0, all.findLastIndex((stop) => stop !== null && stop <= target));
    this.#go(all[Math.min(all.length - 1, Math.max(0, now + stops))]);
  }

  // ---- the replay

  toggleReplay() {
    if (this.replay === 'playing') {
      this.#endReplay(null);
    } else if (this.live.stops.length > 0) {
      this.#play();
    }
  }

  /**
   * Plays the stops from the one that is looked at; while live, from where texts soon become readable.
   *
   * @param isReady whether it waits at the first until the user plays it
   */
  #play(isReady = false) {
    const { stops, target } = this.live;
    const from = target ?? stops.find((stop) => stop >= REPLAY_FROM) ?? stops[0];
    this.#rest = [...spread(stops.filter((stop) => stop >= from), REPLAY_STOPS), null];
    this.#length = this.#rest.length - 1;
    this.replay = isReady ? 'ready' : 'playing';
    this.#replayed = target;
    this.#advance();
  }

  /** Whether the user has gone to another step than the replay. */
  get #isElsewhere() {
    return this.live.target !== this.#replayed;
  }

  #advance = async () => {
    clearTimeout(this.#timer);
    if (this.#isElsewhere) {
      this.#endReplay(null);
      return;
    }
    if (!document.hidden) {
      const looked = this.#go(this.#rest.shift());
      this.#replayed = this.live.target;
      await looked;
    }
    if (this.replay === 'playing' && this.#rest.length > 0) {
      clearTimeout(this.#timer); // of a replay that was begun meanwhile
      this.#timer = setTimeout(this.#advance, REPLAY_TICK);
    } else if (this.replay === 'playing') {
      this.#endReplay('ended');
    }
  };

  #endReplay(state) {
    clearTimeout(this.#timer);
    this.#rest = [];
    this.replay = state;
  }

  toStart() {
    this.#go(this.live.stops[0] ?? null);
  }

  toLive() {
    this.#go(null);
  }

  /** The keys of a slider; left, right, Home and End are shortcuts of the page. */
  #key(event) {
    const stops = { ArrowUp: 1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE }[event.key];
    if (stops !== undefined) {
      event.preventDefault();
      this.move(stops);
    }
  }

  #point(event) {
    const { left, width } = this.renderRoot.querySelector('.scale').getBoundingClientRect();
    this.#go(this.#nearest(Math.min(1, Math.max(0, (event.clientX - left) / width))));
  }

  #grab(event) {
    if (event.button === 0) {
      this.#isDragged = true;
      event.currentTarget.setPointerCapture(event.pointerId);
      this.#point(event);
    }
  }

  #drag(event) {
    if (this.#isDragged) {
      this.#point(event);
    }
  }

  #drop() {
    this.#isDragged = false;
  }

  // ---- rendering

  render() {
    if (this.live.keyframes.length === 0) {
      return nothing;
    }
    const { target } = this.live;
    const isPast = this.#isPast;
    const hasStops = this.live.stops.length > 0;
    const at = this.#position(target ?? this.view.step);
    return html`
      <div class="line ${isPast ? 'past' : ''}">
        <p class="where">${isPast
          ? t.html('timeline.where', { step: this.view.step, at: target, strong: (words) => html`<strong>${words}</strong>` })
          : t.html('timeline.live', { step: this.view.step, strong: (words) => html`<strong>${words}</strong>` })}</p>
        <div class="scale">
          <div class="track" role="slider" tabindex="0" aria-label=${t('timeline.label')} aria-valuemin="0"
            aria-valuemax=${this.view.step} aria-valuenow=${target ?? this.view.step}
            aria-valuetext=${isPast ? t('timeline.spoken', { at: target }) : t('timeline.spokenLive')} aria-disabled=${hasStops ? nothing : 'true'}
            @keydown=${this.#key} @pointerdown=${this.#grab} @pointermove=${this.#drag}
            @pointerup=${this.#drop} @pointercancel=${this.#drop}>
            <svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
              <rect class="rail" y="2" width="1000" height="8" rx="2"></rect>
              <rect class="done" y="2" width=${at * 1000} height="8"></rect>
              ${svg`<path class="stops" d=${this.live.stops.map((stop) => `M${(this.#position(stop) * 1000).toFixed(1)} 3.5v5`).join('')} />`}
            </svg>
          </div>
          <i class="thumb" .style=${`left: calc(${at} * 100%)`}></i>
          ${this.#marks()}
          <div class="labels" aria-hidden="true">${this.#labels()}</div>
        </div>
        <div class="group" role="group" aria-label=${t('timeline.lookAt')}>
          <button class="quiet icon" title=${t('timeline.earlierTitle')} aria-label=${t('timeline.earlier')} ?disabled=${!hasStops || target === 0}
            @click=${() => this.move(-1)}>${icons.back}</button>
          <button class="quiet icon" title=${t('timeline.replayTitle')} aria-label=${t('timeline.replay', { isPlaying: this.replay === 'playing' })} ?disabled=${!hasStops}
            @click=${() => this.toggleReplay()}>${this.replay === 'playing' ? icons.pause : icons.play}</button>
          <button class="quiet icon" title=${t('timeline.laterTitle')} aria-label=${t('timeline.later')} ?disabled=${!isPast}
            @click=${() => this.move(1)}>${icons.forward}</button>
        </div>
        <button class="live" aria-pressed=${!isPast} title=${t('timeline.toLiveTitle')} @click=${() => this.toLive()}>${t('timeline.toLive')}</button>
        <span class="visually-hidden" role="status">${isPast ? t('timeline.looking', { at: target }) : ''}</span>
      </div>
      <p class="replay" role="status">${this.#replayInWords()}</p>`;
  }

  #replayInWords() {
    switch (this.replay) {
      case 'playing':
        return t('timeline.playing', { steps: this.#length, isTraining: this.view.state === 'training' });
      case 'ready': return t('timeline.ready');
      case 'ended': return t('timeline.ended');
      default: return '';
    }
  }

  /** Labels for 0, 1, 10, 100, …, as far as there is room. */
  #labels() {
    const steps = [0];
    for (let step = 1; step <= this.view.step; step *= 10) {
      steps.push(step);
    }
    let end = -1;
    return steps.map((step) => {
      const position = this.#position(step);
      if (position < end + LABEL_WIDTH && end >= 0) {
        return nothing;
      }
      end = position;
      return html`<span .style=${`left: ${position * 100}%`}>${compact(step)}</span>`;
    });
  }

  /** One button for the events at about the same step, which goes there. */
  #marks() {
    const groups = [];
    const width = this.renderRoot.querySelector('.scale')?.clientWidth ?? this.clientWidth;
    for (const event of this.live.events.filter(({ step }) => step <= this.view.step)) {
      const position = this.#position(event.step);
      const group = groups.at(-1);
      if (group !== undefined && (position - group.position) * width < MARK_WIDTH) {
        group.events.push(event);
      } else {
        groups.push({ position, events: [event] });
      }
    }
    return groups.map(({ position, events }) => {
      const kind = EVENT_KINDS.find((candidate) => events.some((event) => event.kind === candidate));
      const first = events.find((event) => event.kind === kind);
      const lines = events.slice(0, MOST_LINES).map(describeEvent);
      const more = events.length - lines.length;
      const text = [...lines, more > 0 ? t('timeline.more', { events: more }) : null].filter(Boolean).join('\n');
      return html`
        <button class="mark ${kind} ${position > 0.5 ? 'right' : ''}" aria-label=${text} .style=${`left: ${position * 100}%`}
          @click=${() => this.#go(this.#stopAt(first.step))}>
          ${ICONS[kind] ?? icons.dot}<span class="tip" aria-hidden="true">${text}</span></button>`;
    });
  }

  #stopAt(step) {
    return step >= this.view.step ? null : this.live.stops.findLast((stop) => stop <= step) ?? null;
  }
}

customElements.define('mg-timeline', Timeline);
