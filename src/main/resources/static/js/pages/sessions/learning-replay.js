// A live picture of a session that learns: what it wrote at its keyframes, one after the other, with their step and loss.
// While it trains, the newest; for readers who prefer less motion, a few texts that stand still. The first keyframes are
// the densest, but show only gibberish, so the replay passes them quickly.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count, loss } from '../../data/format.js';
import { movingAverage } from '../../data/loss-store.js';
import { SITE } from '../../data/site.js';
import { spread } from '../../data/spread.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import '../../components/sparkline.js';

const t = await texts('sessions');

const POINTS = 100;
const MOST_TICKS = 40; // of a replay
const EARLY = 100; // steps, with which the replay begins; then each doubling of the step takes the same time
const FINE_STEPS = 1000; // the first ones, whose losses are loaded in more detail
const AVERAGED = 100; // steps over which the loss is averaged
const TEXTS = 6; // shown at a time
const TICK = 450; // ms
const PAUSE = 6; // ticks at the end, before it begins again

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** The samples to replay, oldest first, with the ticks, from 1 on, at which they appear; at most one per tick. */
function scheduled(samples) {
  const ticks = Math.min(MOST_TICKS, samples.length);
  const last = Math.max(1, samples.at(-1)?.step ?? 0);
  const tickOf = (step) => 1 + Math.floor(Math.log1p(step / EARLY) / Math.log1p(last / EARLY) * (ticks - 1));
  return samples.map((sample) => ({ ...sample, tick: tickOf(sample.step) }))
    .filter(({ tick }, i, all) => tick !== all[i - 1]?.tick);
}

/** The mean loss of the steps up to that of each sample; NaN before the first. */
async function withLosses(samples, name, buckets) {
  const last = buckets.at(-1)?.to ?? 0;
  const early = last > POINTS ? await api.losses(name, { from: 1, to: Math.min(last, FINE_STEPS), maxPoints: POINTS }) : { buckets: [] };
  const end = early.buckets.at(-1)?.to ?? 0;
  const means = movingAverage(samples.map(({ step }) => ({ to: step })), AVERAGED,
    [...early.buckets, ...buckets.filter(({ from }) => from > end)]);
  return samples.map((sample, i) => ({ ...sample, loss: means[i] }));
}

/** `<mg-learning-replay .session=${view}>` */
class LearningReplay extends LitElement {
  static properties = {
    session: { attribute: false },
    samples: { state: true }, // {step, text, tick, loss}, oldest first
    points: { state: true },
    tick: { state: true }, // since the replay has begun
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
      this.samples = await withLosses(scheduled(samples.filter(({ text }) => text !== '')), name, losses.buckets);
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
      const end = this.samples.at(-1)?.tick ?? 0;
      const isTraining = this.session.state === 'training';
      this.tick = this.tick < end + (isTraining ? 0 : PAUSE) ? this.tick + 1 : isTraining ? end : 1;
    }
  };

  /** The samples to show, oldest first. */
  get #texts() {
    const { samples } = this;
    if (this.isPaused && calm.matches) {
      return spread(samples, TEXTS);
    }
    return samples.filter(({ tick }) => tick <= this.tick).slice(-TEXTS);
  }

  render() {
    const texts = this.#texts;
    const { name, step, state } = this.session;
    const { step: at = 0, loss: lossThere } = texts.at(-1) ?? {};
    const bold = (number) => html`<strong class="number">${number}</strong>`;
    return html`
      <figure>
        <figcaption>
          <span>${t.html('replay.at', {
            name: html`<a href="${SITE}s/${name}">${name}</a>`, at: bold(count(at)), muted: (words) => html`<span class="muted">${words}</span>`, step,
            isTraining: state === 'training',
          })}<br>
            ${t.html('replay.loss', { loss: html`<strong class="number" title=${t('replay.mean', { steps: AVERAGED })}>${loss(lossThere)}</strong>` })}</span>
          <button class="quiet icon" title=${t('replay.toggle', { isPaused: this.isPaused })} aria-label=${t('replay.toggleLabel', { isPaused: this.isPaused })}
            @click=${() => { this.isPaused = !this.isPaused; }}>${this.isPaused ? icons.play : icons.pause}</button>
        </figcaption>
        <ol aria-label=${t('replay.texts')}>${texts.map((sample) => html`
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
