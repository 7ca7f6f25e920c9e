// The controls that train a session: run, pause, single steps, speed, and the progress of the run.

import { LitElement, css, html, nothing } from 'lit';
import { live as asShown } from 'lit/directives/live.js';

import { duration, rate, typedNumber } from '../../data/format.js';
import { learningRateAfter, numStepsFor } from '../../data/learning-rate.js';
import { share } from '../../data/share.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { PublishedHeight } from '../../components/published-height.js';
import { controls } from '../../components/styles.js';
import './training-notices.js';

const t = await texts('live');

const SPEEDS = [null, 1000, 100, 20, 5, 1]; // steps per second; null for as many as possible
const STEPS = [1, 10, 100];

/** `<mg-training-controls .live .view .revision>` sends `failed` with an error, null after a success. */
class TrainingControls extends LitElement {
  static properties = {
    live: { attribute: false },
    view: { attribute: false },
    revision: { attribute: false },
    speed: { state: true },
    asked: { state: true }, // the steps to train, as typed
  };

  static styles = [controls, css`
    :host { display: block; }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); }
    form, .group { display: flex; align-items: center; gap: var(--space-2); }
    input.steps { width: 100px; }
    select { width: auto; }
    .group button { min-width: 40px; }
    .progress { flex: 1 1 260px; display: grid; gap: 5px; min-width: 0; }
    .track { height: 6px; border-radius: 3px; background: var(--sunken); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
    .track svg { display: block; width: 100%; height: 100%; }
    .track rect { fill: var(--good); }
    .track.paused rect { fill: var(--warn); }
    .track.lost rect { fill: var(--muted); }
    .progress p { color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; line-height: 1.3; }
    .main { min-width: 96px; }
    button.main { padding-block: var(--space-2); line-height: 1.3; white-space: normal; text-align: start; }
    button.main svg { flex: none; }
    .progress p { overflow-wrap: anywhere; }
    @media (max-width: 600px) {
      .dock {
        position: fixed;
        inset: auto 0 0;
        z-index: 6;
        padding: var(--space-2) var(--space-4) max(var(--space-2), env(safe-area-inset-bottom));
        border-top: 1px solid var(--line);
        background: var(--surface);
        box-shadow: 0 -1px 3px var(--shadow);
      }
      .dock input.steps { flex: 1; min-width: 70px; }
      .dock button { min-height: 44px; }
      .progress { flex-basis: 100%; }
      .group button { flex: 1; }
    }
  `];

  #dock = new PublishedHeight(this, '.dock', '--dock');
  #queue = Promise.resolve();
  #isChanging = false;

  constructor() {
    super();
    this.speed = null;
    this.asked = '10000';
  }

  /** Runs commands one after the other; one that comes while another is under way waits for it. */
  #do(action) {
    this.#queue = this.#queue.then(action).then(
      () => this.#send(null),
      (error) => this.#send(error),
    );
  }

  #send(failure) {
    this.dispatchEvent(new CustomEvent('failed', { detail: failure }));
  }

  /** Trains, pauses or resumes, whichever fits. */
  toggle() {
    if (share.token !== null) {
      return; // it may only look
    }
    this.#do(() => {
      const run = this.live.activeRun;
      if (run === null) {
        return this.#train();
      }
      return run.state === 'paused' || run.state === 'pausing' ? this.live.resume() : this.live.pause();
    });
  }

  /** Trains a number of steps, unless a run is active. */
  step(steps) {
    this.#do(() => this.#canStep ? this.live.step(steps) : null);
  }

  get #canStep() {
    return share.token === null && this.live.activeRun === null && this.view.state === 'ready';
  }

  #train() {
    return this.live.train(this.#steps, { stepsPerSecond: this.speed, numSteps: this.#numSteps });
  }

  get #steps() {
    return typedNumber(this.asked);
  }

  /** The decay that covers the steps asked for; undefined if the present one does, or no steps can be trained. */
  get #numSteps() {
    return Number.isSafeInteger(this.#steps) && this.#steps > 0 ? numStepsFor(this.#steps, this.view) : undefined;
  }

  /** Sets the speed of the active run, or of the next one. */
  #setSpeed(speed) {
    this.speed = speed;
    this.#isChanging = true; // the active run still has the old one
    this.#do(async () => {
      try {
        await (this.live.activeRun === null ? null : this.live.changeSpeed(speed));
      } finally {
        this.#isChanging = false;
      }
    });
  }

  willUpdate() {
    const run = this.live.activeRun;
    if (run !== null && !this.#isChanging) {
      this.speed = run.maxStepsPerSecond ?? null;
    }
  }

  render() {
    const run = this.live.activeRun;
    return html`
      <div class="bar" role="group" aria-label=${t('controls.training')}>
        ${share.token === null ? this.#buttons(run) : nothing}
        ${this.#progress()}
      </div>
      <mg-training-notices .live=${this.live} .view=${this.view} @failed=${(event) => this.#send(event.detail)}></mg-training-notices>`;
  }

  #buttons(run) {
    return html`
        ${run === null ? this.#start() : this.#steer(run)}
        ${this.#speeds()}
        <div class="group" role="group" aria-label=${t('controls.single')}>
          ${STEPS.map((steps) => html`<button ?disabled=${!this.#canStep} title=${t('controls.trainSteps', { steps })}
            aria-label=${t('controls.trainSteps', { steps })} @click=${() => this.step(steps)}>+${steps}</button>`)}
        </div>`;
  }

  #speeds() {
    const speeds = SPEEDS.includes(this.speed) ? SPEEDS : [...SPEEDS, this.speed];
    return html`
      <select aria-label=${t('controls.speed')} @change=${(event) => this.#setSpeed(speeds[event.target.selectedIndex])}>
        ${speeds.map((speed) => html`<option value=${speed ?? ''} .selected=${asShown(speed === this.speed)}>
          ${speed === null ? t('controls.fullSpeed') : t('controls.stepsPerSecond', { speed })}</option>`)}
      </select>`;
  }

  #start() {
    return html`
      <form class="dock" @submit=${(event) => { event.preventDefault(); this.#do(() => this.#train()); }}>
        <button class="primary main" ?disabled=${this.view.state !== 'ready'}>${icons.play} ${this.#isRateZero
          ? t('controls.rateIsZero', { steps: this.#steps || 0 }) : t('controls.train')}</button>
        <input class="steps" inputmode="numeric" .value=${this.asked} aria-label=${t('controls.stepsToTrain')}
          @input=${(event) => { this.asked = event.target.value; }}> <span class="muted">${t('controls.steps')}</span>
      </form>`;
  }

  get #isRateZero() {
    return this.view.state === 'ready' && learningRateAfter(this.view.step, this.view.options) === 0;
  }

  /** Says so if training is going to change when the learning rate is 0. */
  #decay() {
    const numSteps = this.#numSteps;
    if (share.token !== null || numSteps === undefined || this.#isRateZero || this.view.state !== 'ready') {
      return nothing;
    }
    return html`<p>${t('controls.decay', { numSteps, before: this.view.options.numSteps })}</p>`;
  }

  #steer(run) {
    const isPaused = run.state === 'paused' || run.state === 'pausing';
    return html`
      <div class="group dock">
        <button class="primary main" @click=${() => this.toggle()}>
          ${isPaused ? html`${icons.play} ${t('controls.resume')}` : html`${icons.pause} ${t('controls.pause')}`}</button>
        <button @click=${() => this.#do(this.live.cancel)}>${icons.stop} ${t('controls.cancel')}</button>
      </div>`;
  }

  #progress() {
    const { run } = this.live;
    if (run === null) {
      const { step } = this.view;
      return html`<div class="progress"><p>${t('controls.trained', { step })}</p>${this.#decay()}</div>`;
    }
    const isActive = this.live.activeRun !== null;
    const part = run.stepsDone / run.steps;
    const progress = { done: run.stepsDone, all: run.steps };
    const state = t(`runs.${run.state}`);
    const words = isActive
      ? [t('controls.done', progress), run.state === 'running' ? null : state,
        run.stepsPerSecond > 0 ? t('controls.rate', { rate: rate(run.stepsPerSecond) }) : null,
        run.etaSeconds !== undefined && run.state === 'running' ? t('controls.left', { duration: duration(run.etaSeconds) }) : null]
      : [t('controls.lastRun', { ...progress, state }), run.state === 'failed' || run.warnings ? run.reason : null];
    const shown = words.filter(Boolean).join(' · ');
    const isLost = this.live.stream.state === 'lost';
    return html`
      <div class="progress">
        <div class="track ${isLost ? 'lost' : run.state}" role="progressbar" aria-label=${t('controls.progress')} aria-valuemin="0"
          aria-valuemax="100" aria-valuenow=${Math.floor(part * 100)}>
          <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=${part * 100} height="1"></rect></svg>
        </div>
        <p>${isLost && isActive ? t('controls.lastKnown', { words: shown }) : shown}</p>
        ${isActive ? nothing : this.#decay()}
      </div>`;
  }
}

customElements.define('mg-training-controls', TrainingControls);
