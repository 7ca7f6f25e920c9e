// One live session as pages and panels use it: what is known about it, what can be done with it, and the
// earlier step that the page looks at. Each page of a session has one and hands it to its panels.

import { api, hasEnded } from './api.js';
import { CoalescedCall } from './coalesced-call.js';
import { count } from './format.js';
import { FrameMeter } from './frame-meter.js';
import { stream } from './live-stream.js';
import { SessionFeed } from './session-feed.js';
import { SessionStore } from './session-store.js';

const RUN_POLL_INTERVAL = 40; // ms
const RUN_POLLS = 50;

/** Sends `change`, at most once per animation frame. */
export class LiveSession extends EventTarget {
  /** The earlier step that is looked at; null while live. */
  at = null;
  /** The trace of the model at step `at`, of the same text for all steps; null while live or if the model had diverged. */
  traceAt = null;
  /** The text that is looked at, the same at all steps, so that they can be compared; null while live. */
  text = null;
  /** The step that was requested last; `at` and `traceAt` follow together when the response arrives. */
  target = null;
  /** framesPerSecond, stepsPerFrame and lag. */
  meter = new FrameMeter();
  /** Counts the changes. */
  revision = 0;

  api = api;
  stream = stream;

  #store = new SessionStore();
  #feed;
  #unsubscribe = null;
  #animationFrame = null; // that is requested

  constructor(name) {
    super();
    this.name = name;
    this.#feed = new SessionFeed(name, this.#store, this.meter, () => this.#changed());
  }

  start() {
    this.#unsubscribe = this.#store.subscribe((isRestart) => this.#storeChanged(isRestart));
    this.#feed.start();
  }

  stop() {
    this.#feed.stop();
    this.#unsubscribe();
  }

  // ---- what is known: see SessionStore

  get status() { return this.#store.status; }
  get loadError() { return this.#store.loadError; }
  get view() { return this.#store.view; }
  get limits() { return this.#store.limits; }
  get run() { return this.#store.run; }
  get events() { return this.#store.events; }
  get schedule() { return this.#store.schedule; }
  get samples() { return this.#store.samples; }
  get validation() { return this.#store.validation; }
  get keyframes() { return this.#store.keyframes; }
  get losses() { return this.#store.losses; }
  get trace() { return this.#store.trace; }
  get diagnostics() { return this.#store.diagnostics; }

  /** In words: its name and a step, null for the newest. */
  describe(at) {
    return `${this.name}, step ${count(at ?? this.view.step)}`;
  }

  /** Whose numbers saved ones are, as members of a JSON file. */
  sourceAt(step) {
    return { session: this.name, step };
  }

  /** The run that has not ended; null if there is none. */
  get activeRun() {
    return this.run !== null && !hasEnded(this.run) ? this.run : null;
  }

  /** Whether frames carry traces; to be turned off while no visible panel shows one. */
  set wantsTraces(wanted) {
    this.#feed.wantsTraces = wanted;
  }

  // ---- commands; each throws an ApiError if the server rejects it

  /**
   * Trains in the background; `stepsPerSecond` null for as fast as possible, `stopWhen` undefined for no condition,
   * `numSteps` undefined to leave it as it is.
   */
  async train(steps, { stepsPerSecond = null, stopWhen, numSteps } = {}) {
    const run = await api.startRun(this.name, { steps, ...(stepsPerSecond && { stepsPerSecond }), stopWhen, numSteps });
    this.#store.applyRun(run);
    await this.#feed.refresh();
  }

  /** Changes the speed of the active run, by a new run for the remaining steps. */
  async changeSpeed(stepsPerSecond) {
    const run = await this.#until(await api.cancelRun(this.name, this.activeRun.id), hasEnded);
    if (run.stepsDone < run.steps) {
      await this.train(run.steps - run.stepsDone, { stepsPerSecond, stopWhen: run.stopWhen });
    }
  }

  pause = () => this.#callForRun(api.pauseRun);
  resume = () => this.#callForRun(api.resumeRun);
  cancel = () => this.#callForRun(api.cancelRun);

  async #callForRun(call) {
    if (this.activeRun !== null) {
      this.#store.applyRun(await call(this.name, this.activeRun.id));
      await this.#feed.refresh();
    }
  }

  async step(steps) {
    await api.step(this.name, steps);
    await this.#feed.refresh();
  }

  async steer(changes) {
    await api.steer(this.name, changes);
    await this.#feed.refresh();
  }

  /** Creates a copy that starts as this session is, or was at a step; returns its view. */
  fork(name, step = null) {
    return api.fork(this.name, name, step === null ? {} : { step });
  }

  /**
   * Steers, and forks a control twin at the very step of the change. The twin continues without the change: it
   * trains the remaining steps of the active run, at the same speed. Returns the step, and how many steps remain.
   */
  async steerWithTwin(changes, name) {
    const isRunning = this.activeRun !== null && !['pausing', 'paused'].includes(this.activeRun.state);
    let run = this.activeRun;
    try {
      if (run !== null) {
        run = await this.#until(await api.pauseRun(this.name, run.id), ({ state }) => state === 'paused');
      }
      const { step } = await api.fork(this.name, name);
      try {
        await api.steer(this.name, changes);
      } catch (error) {
        await api.remove(name);
        throw error;
      }
      const left = run === null ? 0 : run.steps - run.stepsDone;
      if (left > 0) {
        await api.startRun(name, { steps: left, stepsPerSecond: run.maxStepsPerSecond, stopWhen: run.stopWhen });
      }
      return { step, left };
    } finally {
      if (isRunning) {
        await api.resumeRun(this.name, run.id);
      }
      await this.#feed.refresh();
    }
  }

  /** Polls a run until it meets a condition or has ended. */
  async #until(run, condition) {
    let newest = run;
    for (let i = 0; i < RUN_POLLS && !hasEnded(newest) && !condition(newest); i++) {
      await new Promise((done) => setTimeout(done, RUN_POLL_INTERVAL));
      newest = await api.run(this.name, run.id);
    }
    return newest;
  }

  // ---- looking back

  /** The earlier steps that can be looked at. */
  get stops() {
    const { step, state } = this.view;
    return state === 'failed' ? this.keyframes : this.keyframes.filter((keyframe) => keyframe < step);
  }

  /**
   * Looks at the model as it was at a step, or at the newest keyframe before it; null for live. While a call is
   * under way the newest request waits for it, and the page keeps showing what it shows.
   *
   * @param text the text to look at; null for that of the page
   */
  async viewAt(step, text = null) {
    if (step === null) {
      this.#backToLive();
      this.#changed();
      return;
    }
    const isPast = this.view !== null && step <= this.view.step;
    this.text = text ?? this.text;
    this.target = isPast ? this.keyframes.findLast((keyframe) => keyframe <= step) ?? step : step;
    this.#changed();
    await this.#look.request(this.target);
  }

  #backToLive() {
    this.#look.discardPending();
    this.target = null;
    this.at = null;
    this.traceAt = null;
    this.text = null;
  }

  #look = new CoalescedCall(async (step) => {
    try {
      const trace = await this.#traceAt(step);
      if (this.target !== null) { // otherwise the page is live again
        this.at = trace?.step ?? step; // the step of the keyframe that was inspected
        this.traceAt = trace;
        this.target = this.target === step ? this.at : this.target;
      }
    } catch (error) {
      this.target = this.target === step ? this.at : this.target;
      throw error;
    } finally {
      this.#changed();
    }
  });

  async #traceAt(step) {
    this.text ??= this.trace?.doc ?? this.samples.findLast(({ text }) => text !== '')?.text ?? '';
    try {
      const { text: doc, ...trace } = await api.inspect(this.name, { text: this.text, step });
      return { ...trace, doc };
    } catch (error) {
      if (error.status === 409) {
        return null; // the model had diverged at that step
      }
      throw error;
    }
  }

  // ---- changes

  #storeChanged(isRestart) {
    if (isRestart) {
      this.#backToLive();
    }
    this.#changed();
  }

  #changed() {
    this.#animationFrame ??= requestAnimationFrame(() => {
      this.#animationFrame = null;
      this.meter.update();
      this.revision++;
      this.dispatchEvent(new Event('change'));
      this.meter.drawn();
    });
  }
}
