// A live picture of a session that learns: what it wrote at each of its keyframes, one after the other, and where on the
// loss curve that was. While it trains, the newest; for readers who prefer less motion, a few texts that stand still.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count } from '../../data/format.js';
import { SITE } from '../../data/site.js';
import { spread } from '../../data/spread.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import '../../components/sparkline.js';

const POINTS = 100;
const MOST_SAMPLES = 40; // that are replayed
const TEXTS = 6; // shown at a time
const TICK = 450; // ms per text
const PAUSE = 6; // ticks at the end, before it begins again

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** `<mg-learning-replay .session=${view}>` */
class LearningReplay extends LitElement {
  static properties = {
    session: { attribute: false },
    samples: { state: true }, // {step, text, known}, oldest first
    points: { state: true },
    tick: { state: true }, // how many samples have been shown
    isPaused: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    figure { display: grid; gap: var(--space-2); padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
    figcaption { display: flex; align-items: center; justify-content: space-between; gap: var(--space-2); font-size: var(--text-s); }
    ol { display: grid; align-content: end; min-height: calc(${TEXTS} * 1.7em); font: var(--text-l)/1.7 var(--mono); }
    li { display: flex; align-items: baseline; gap: var(--space-3); min-width: 0; }
    li .step { flex: 0 0 7ch; color: var(--muted); font: var(--text-xs) var(--font); font-variant-numeric: tabular-nums; text-align: right; }
    li .text { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
    li:last-child .text { font-weight: 700; }
    .curve { position: relative; }
    .curve svg { position: absolute; inset: 0; width: 100%; height: 100%; }
    line { stroke: var(--muted); stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
  `];

  #timer = null;
  #shown = ''; // the session and the step of what is loaded
  #isLoading = false;

  constructor() {
    super();
    this.samples = [];
    this.points = [];
    this.tick = 0;
    this.isPaused = calm.matches;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(this.#advance, TICK);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  willUpdate(changed) {
    if (changed.has('session')) {
      this.#load();
    }
  }

  async #load() {
    const { name, createdAt, step } = this.session;
    const key = `${name} ${createdAt} ${step}`;
    if (key === this.#shown || this.#isLoading) {
      return;
    }
    this.#isLoading = true;
    try {
      const [{ samples }, losses] = await Promise.all([
        api.history(name), step > 0 ? api.losses(name, { maxPoints: POINTS }) : { buckets: [] }]);
      this.samples = spread(samples.filter(({ text }) => text !== ''), MOST_SAMPLES);
      this.points = losses.buckets;
      this.#shown = key;
    } catch {
      // it was deleted or cannot be read: the list of sessions shows it
    } finally {
      this.#isLoading = false;
    }
  }

  #advance = () => {
    if (!document.hidden && !this.isPaused) {
      const isAtEnd = this.tick >= this.samples.length + (this.session.state === 'training' ? 0 : PAUSE);
      this.tick = !isAtEnd ? this.tick + 1 : this.session.state === 'training' ? this.samples.length : 1;
    }
  };

  /** The samples to show, oldest first. */
  get #texts() {
    const { samples } = this;
    if (this.isPaused && calm.matches) {
      return spread(samples, TEXTS);
    }
    const end = Math.min(this.tick, samples.length);
    return samples.slice(Math.max(0, end - TEXTS), end);
  }

  render() {
    const texts = this.#texts;
    const { name, step, state } = this.session;
    const at = texts.at(-1)?.step ?? 0;
    return html`
      <figure>
        <figcaption>
          <span><a href="${SITE}s/${name}">${name}</a> at step <strong class="number">${count(at)}</strong>
            <span class="muted">of ${count(step)}${state === 'training' ? ', training now' : ''}</span></span>
          <button class="quiet icon" title=${this.isPaused ? 'Play' : 'Pause'} aria-label="${this.isPaused ? 'Play' : 'Pause'} the replay"
            @click=${() => { this.isPaused = !this.isPaused; }}>${this.isPaused ? icons.play : icons.pause}</button>
        </figcaption>
        <ol aria-label="What it wrote, step by step">${texts.map((sample) => html`
          <li><span class="step">${count(sample.step)}</span><span class="text">${sample.text}</span></li>`)}
        </ol>
        <div class="curve">
          <mg-sparkline .points=${this.points}></mg-sparkline>
          ${this.points.length === 0 ? nothing : html`<svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <line x1=${at / Math.max(1, step)} x2=${at / Math.max(1, step)} y1="0" y2="1"></line></svg>`}
        </div>
      </figure>`;
  }
}

customElements.define('mg-learning-replay', LearningReplay);
