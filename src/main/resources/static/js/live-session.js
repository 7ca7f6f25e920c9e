// One session as it happens: what a page shows of it, kept up to date by the live stream and, for what
// the stream does not tell, by a call now and then. The Live page has one and hands it to its panels.

import { ApiError, api, hasEnded } from './api.js';
import { Latest } from './latest.js';
import { LossStore } from './losses.js';
import { stream } from './stream.js';

const POLL = 1000; // ms
const FACTS_EVERY = 5; // polls
const MAX_HZ = 20;
const FIRST_POINTS = 2000;

/** Sends `change`, at most once a picture of the screen. */
export class LiveSession extends EventTarget {
  /** `loading`, `present`, `absent` (no session has this name), or `deleted`. */
  status = 'loading';
  /** The session as GET /sessions/{name} shows it, with the newest step, state and speed. */
  view = null;
  /** Its newest run; null if it never had one. */
  run = null;
  /** Its history: steering and the like, oldest first. */
  events = [];
  /** The options of training: {fromStep, learningRate, numSteps, batchSize}, each for the steps after `fromStep`. */
  schedule = [];
  /** Texts from along the way, {step, learningRate, text, known}, oldest first. */
  samples = [];
  /** The steps that it can be asked about, besides the newest one. */
  keyframes = [];
  /** All its losses, in buckets. */
  losses = new LossStore();
  /** The newest step that was looked at: {step, loss, doc, tokens, vizData, …}; null before the first. */
  trace = null;
  /** The health of training at the step of `trace`, {matrices: [{name, gradientNorm, …}], deadUnits}, or null. */
  diagnostics = null;
  /** The step that is looked at, when that is not the newest one; null while live. */
  at = null;
  /** The trace of a text as the model was at step `at`, the same text for all steps; null while live or diverged. */
  traceAt = null;
  /** The step that was asked for last; `at` and `traceAt` follow together, as soon as there is an answer. */
  target = null;
  /** framesPerSecond, stepsPerFrame, and lag: ms from a frame's arrival until it is on the screen. */
  meter = { framesPerSecond: 0, stepsPerFrame: 0, lag: 0 };
  /** Counts the changes. */
  revision = 0;

  api = api;
  stream = stream;

  #watch = null;
  #timer = null;
  #polls = 0;
  #wantsTraces = true;
  #isStopped = false;
  #picture = null; // the frame of the screen that was asked for
  #arrivals = []; // {at, steps} of the last second
  #unpainted = null; // when the oldest frame arrived that is not on the screen
  #text = null; // that is looked at while not live

  constructor(name) {
    super();
    this.name = name;
  }

  start() {
    stream.addEventListener('state', this.#connectionChanged);
    document.addEventListener('visibilitychange', this.#pollNow);
    this.#load();
  }

  stop() {
    this.#isStopped = true;
    stream.removeEventListener('state', this.#connectionChanged);
    document.removeEventListener('visibilitychange', this.#pollNow);
    clearTimeout(this.#timer);
    this.#watch?.close();
  }

  /** Whether somebody looks at traces: they are the larger part of what the stream carries. */
  set wantsTraces(wanted) {
    if (wanted !== this.#wantsTraces) {
      this.#wantsTraces = wanted;
      this.#watch?.update({ viz: wanted ? 'last' : 'none' });
    }
  }

  /** The run that has not ended; null if there is none. */
  get activeRun() {
    return this.run !== null && !hasEnded(this.run) ? this.run : null;
  }

  // ---- what can be done; each throws an ApiError if the server refuses

  /** Trains in the background; `stepsPerSecond` null for as fast as possible, `stopWhen` undefined for never. */
  async train(steps, stepsPerSecond = null, stopWhen = undefined) {
    this.run = await api.startRun(this.name, { steps, ...(stepsPerSecond && { stepsPerSecond }), stopWhen });
    await this.refresh();
  }

  /** Goes on with the active run at another speed: a run of its own for the steps that are left. */
  async changeSpeed(stepsPerSecond) {
    const run = await this.#until(await api.cancelRun(this.name, this.activeRun.id), hasEnded);
    if (run.stepsDone < run.steps) {
      await this.train(run.steps - run.stepsDone, stepsPerSecond, run.stopWhen);
    }
  }

  pause = () => this.#steerRun(api.pauseRun);
  resume = () => this.#steerRun(api.resumeRun);
  cancel = () => this.#steerRun(api.cancelRun);

  async #steerRun(call) {
    if (this.activeRun !== null) {
      this.run = await call(this.name, this.activeRun.id);
      await this.refresh();
    }
  }

  async step(steps) {
    await api.step(this.name, steps);
    await this.refresh();
  }

  async steer(changes) {
    await api.steer(this.name, changes);
    await this.refresh();
  }

  /** A copy that begins as this session is, or was at a step; gives its view. */
  fork(name, step = null) {
    return api.fork(this.name, name, step === null ? {} : { step });
  }

  /**
   * Steers; a fork, made at the very step of the change, goes on without it, and trains what is left of the
   * run that is going on, as fast and as far. Gives the step, and how many are left.
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
      await this.refresh();
    }
  }

  /** The run, once it is as wanted or has ended. */
  async #until(run, isWanted) {
    let newest = run;
    for (let i = 0; i < 50 && !hasEnded(newest) && !isWanted(newest); i++) {
      await new Promise((done) => setTimeout(done, 40));
      newest = await api.run(this.name, run.id);
    }
    return newest;
  }

  // ---- to look back

  /** The steps that one can go to and see something else than at the one before, the present left out. */
  get stops() {
    const { step, state } = this.view;
    return state === 'failed' ? this.keyframes : this.keyframes.filter((keyframe) => keyframe < step);
  }

  /**
   * Looks at the model as it was at a step, or at the newest keyframe before it; null for live. While a
   * call is under way the newest wish waits for it, and what is shown stays.
   */
  async viewAt(step) {
    if (step === null) {
      this.#look.drop();
      this.target = null;
      this.at = null;
      this.traceAt = null;
      this.#text = null;
      this.#changed();
      return;
    }
    const isPast = this.view !== null && step <= this.view.step;
    this.target = isPast ? this.keyframes.findLast((keyframe) => keyframe <= step) ?? step : step;
    this.#changed();
    await this.#look.ask(this.target);
  }

  #look = new Latest(async (step) => {
    try {
      const trace = await this.#traceAt(step);
      if (this.target !== null) { // else it is live again
        this.at = trace?.step ?? step; // that of the keyframe that answered
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
    // the same text at all steps, or one could not compare them
    this.#text ??= this.trace?.doc ?? this.samples.findLast(({ text }) => text !== '')?.text ?? '';
    try {
      const { text: doc, ...trace } = await api.inspect(this.name, { text: this.#text, step });
      return { ...trace, doc };
    } catch (error) {
      if (error.status === 409) {
        return null; // it had diverged by then: there is a model, but it says nothing
      }
      throw error;
    }
  }

  /** Asks for what the stream does not tell: options, the run, the history. */
  async refresh() {
    const view = await api.session(this.name);
    const [runs, history, keyframes] = await Promise.all(
      [api.runs(this.name), api.history(this.name), api.keyframes(this.name)]);
    if (this.view !== null && view.createdAt !== this.view.createdAt) {
      this.#forget();
      this.#watch?.restart(1);
    }
    const isNewer = this.view === null || view.step >= this.view.step;
    this.view = isNewer ? view : { ...view, step: this.view.step };
    this.run = runs.at(-1) ?? null;
    this.events = history.events;
    this.schedule = history.schedule;
    this.samples = history.samples;
    this.keyframes = keyframes.steps;
    this.#changed();
  }

  // ---- how it is kept up to date

  async #load() {
    try {
      await this.refresh();
      if (this.view.step > 0) {
        this.losses.add(await api.losses(this.name, { maxPoints: FIRST_POINTS }));
      }
    } catch (error) {
      this.#failed(error);
      if (this.status === 'loading') {
        this.#timer = setTimeout(() => this.#load(), POLL); // the server is away
      }
      return;
    }
    if (this.#isStopped) {
      return;
    }
    this.status = 'present';
    const options = {
      fromStep: this.losses.lastStep + 1, viz: this.#wantsTraces ? 'last' : 'none', losses: 'buckets', maxHz: MAX_HZ,
    };
    this.#watch = stream.watch(this.name, options, {
      frame: (frame) => this.#frame(frame),
      deleted: () => this.#gone('deleted'),
      failed: (problem) => this.#refused(problem),
    });
    this.#firstTrace();
    this.#changed();
    this.#schedule();
  }

  /** A session that does not train sends no frames: there is something to look at all the same. */
  async #firstTrace() {
    const isTrained = this.view.step > 0 && this.view.state !== 'failed';
    if (this.trace === null && isTrained && this.view.state !== 'training') {
      try {
        const [{ text }] = await api.generate(this.name, { seed: 1, temperature: 0.5 });
        const { text: doc, ...trace } = await api.inspect(this.name, { text });
        if (this.trace === null) {
          this.trace = { ...trace, doc, step: this.view.step };
        }
        this.#changed();
      } catch {
        // the first step will bring one
      }
    }
  }

  #frame(frame) {
    const now = performance.now();
    if (frame.fromStep === 1 && this.losses.lastStep > 0) {
      this.#forget(); // started anew
      this.#refreshQuietly();
    }
    this.losses.add(frame);
    if (frame.trace) {
      this.trace = frame.trace;
      this.diagnostics = frame.diagnostics;
    }
    const hasChanged = frame.state !== this.view.state;
    this.view = { ...this.view, state: frame.state, step: frame.toStep, stepsPerSecond: frame.stepsPerSecond };
    if (hasChanged) {
      this.#refreshQuietly();
    }
    this.#arrivals.push({ at: now, steps: frame.toStep - frame.fromStep + 1 });
    this.#unpainted ??= now;
    this.#changed();
  }

  #measure() {
    const now = performance.now();
    this.#arrivals = this.#arrivals.filter(({ at }) => at > now - 1000);
    const frames = this.#arrivals.length;
    const steps = this.#arrivals.reduce((sum, arrival) => sum + arrival.steps, 0);
    this.meter = { ...this.meter, framesPerSecond: frames, stepsPerFrame: frames === 0 ? 0 : steps / frames };
  }

  #forget() {
    this.losses.clear();
    this.trace = null;
    this.diagnostics = null;
    this.viewAt(null);
  }

  #refused(problem) {
    if (problem.field === 'fromStep') {
      this.#forget(); // there are fewer steps than before: it was started anew
      this.#watch.restart(1);
      this.#refreshQuietly();
    } else {
      this.#failed(new ApiError(problem));
    }
  }

  #failed(error) {
    if (error.status === 404 || error.code === 'invalid_name') {
      this.#gone(this.status === 'loading' ? 'absent' : 'deleted');
    }
  }

  #gone(status) {
    this.status = status;
    clearTimeout(this.#timer);
    this.#watch?.close();
    this.#watch = null;
    this.#changed();
  }

  #connectionChanged = () => {
    if (stream.state === 'open' && this.status === 'present') {
      this.#refreshQuietly();
    }
    this.#changed();
  };

  async #refreshQuietly() {
    try {
      await this.refresh();
    } catch (error) {
      this.#failed(error);
    }
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (!this.#isStopped && this.status === 'present' && !document.hidden) {
      this.#timer = setTimeout(this.#pollNow, POLL);
    }
  }

  #pollNow = async () => {
    if (this.status === 'present' && !document.hidden && stream.state === 'open') {
      const isBusy = this.activeRun !== null;
      if (isBusy || this.#polls++ % FACTS_EVERY === 0) {
        await this.#refreshQuietly();
      }
      this.#measure();
      this.#changed();
    }
    this.#schedule();
  };

  #changed() {
    this.#picture ??= requestAnimationFrame(() => {
      this.#picture = null;
      this.#measure();
      this.revision++;
      this.dispatchEvent(new Event('change'));
      const arrival = this.#unpainted;
      this.#unpainted = null;
      if (arrival !== null) {
        // after the next picture what was just drawn is on the screen
        requestAnimationFrame(() => {
          this.meter.lag += ((performance.now() - arrival) - this.meter.lag) / 8;
        });
      }
    });
  }
}
