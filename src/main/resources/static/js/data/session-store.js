// What the page knows about one session. This is the only place that applies live frames and REST responses
// to that state, so the two sources cannot overwrite each other with older values: the newest step wins.

import { LossStore } from './loss-store.js';
import { loadedAt } from './session-events.js';

/**
 * The known state of a session. Only `apply…`, `clear` and `setStatus` change it; each change is reported to
 * the subscribers.
 */
export class SessionStore {
  /** `loading`, `present`, `absent` (no session has this name), or `deleted`. */
  status = 'loading';
  /** The error of the newest attempt to load the session; null if there was none, or once it is loaded. */
  loadError = null;
  /** The session as GET /sessions/{name} returns it, with the newest step, state and speed; null until it is loaded. */
  view = null;
  /** The response of GET /limits; null until it is loaded. */
  limits = null;
  /** The newest run; null if there has been none. */
  run = null;
  /** The history: steering and the like, oldest first. */
  events = [];
  /** The training options over time, {fromStep, learningRate, numSteps, batchSize}, for the steps after `fromStep`. */
  schedule = [];
  /** Samples taken during training, {step, learningRate, text, known}, oldest first. */
  samples = [];
  /** The losses of the documents that are held out, {step, loss}, oldest first; empty without validation. */
  validation = [];
  /** The steps whose models are kept, besides the newest one. */
  keyframes = [];
  /** The losses of all steps, in buckets. */
  losses = new LossStore();
  /** The newest trace: {step, loss, doc, tokens, vizData, …}; null before the first. */
  trace = null;
  /** The newest diagnostics of a training step, {step, matrices: [{name, gradientNorm, …}], deadUnits}, or null. */
  diagnostics = null;

  #listeners = new Set();
  #newestStep = -1; // of `view`; -1 if any step is newer
  #start = null; // {createdAt, loadedAt} of the parameters that are trained; null if unknown
  #epoch = 0; // counts the restarts
  #frames = 0;
  #requests = 0;
  #applied = 0; // the number of the newest request whose responses were applied

  /**
   * Calls a listener after each change, with whether training has restarted from step 0.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setStatus(status) {
    this.status = status;
    this.loadError = null;
    this.#notify();
  }

  setLoadError(error) {
    this.loadError = error;
    this.#notify();
  }

  /**
   * Applies a frame of the live stream. Returns whether it reports a restart or another state, so that the REST
   * responses are out of date.
   */
  applyFrame(frame) {
    const isRestart = frame.fromStep === 1 && this.losses.lastStep > 0;
    if (isRestart) {
      this.#forget();
    }
    this.#frames++;
    this.losses.add(frame);
    this.#addValidation(frame.validation ?? []);
    const isContinued = frame.continuations !== this.view.continuations;
    if (isContinued) {
      this.#forgetTrace(); // which has the former tokens
      this.view = { ...this.view, continuations: frame.continuations };
    }
    if (frame.trace && frame.trace.step >= (this.trace?.step ?? 0)) {
      this.trace = frame.trace;
      this.diagnostics = frame.diagnostics && { ...frame.diagnostics, step: frame.trace.step };
    }
    let isNewState = false;
    if (frame.toStep >= this.#newestStep) {
      isNewState = frame.state !== this.view.state;
      this.#setView({ ...this.view, state: frame.state, step: frame.toStep, stepsPerSecond: frame.stepsPerSecond });
    }
    this.#notify(isRestart);
    return isRestart || isNewState || isContinued;
  }

  /** To be taken before sending the requests whose responses are passed to `applyResponses`. */
  requestToken() {
    return { epoch: this.#epoch, number: ++this.#requests, frames: this.#frames };
  }

  /**
   * Applies the responses {session, runs, history, keyframes}, unless those of a later request have been
   * applied, or training has restarted since the request. Returns whether they report a restart.
   */
  applyResponses({ session, runs, history, keyframes }, { epoch, number, frames }) {
    if (epoch !== this.#epoch || number < this.#applied) {
      return false;
    }
    this.#applied = number;
    const start = {
      createdAt: session.createdAt,
      loadedAt: loadedAt(history.events) ?? this.#start?.loadedAt,
    };
    const isRestart = this.#start !== null
      && (start.createdAt !== this.#start.createdAt || start.loadedAt !== this.#start.loadedAt);
    if (isRestart) {
      this.#forget();
    }
    this.#start = start;
    if (session.continuations !== this.view?.continuations) {
      this.#forgetTrace();
    }
    const isBehind = session.step < this.#newestStep || (session.step === this.#newestStep && frames !== this.#frames);
    if (isBehind) { // frames have arrived since the request
      const { state, step, stepsPerSecond } = this.view;
      this.#setView({ ...session, state, step, stepsPerSecond });
    } else {
      this.#setView(session);
    }
    this.run = runs.at(-1) ?? null;
    this.events = history.events;
    this.schedule = history.schedule;
    this.samples = history.samples;
    this.#addValidation(history.validation ?? []);
    this.keyframes = keyframes.steps;
    this.#notify(isRestart);
    return isRestart;
  }

  applyLimits(limits) {
    this.limits = limits;
    this.#notify();
  }

  /** Applies the response to a command about the run. */
  applyRun(run) {
    this.run = run;
    this.#notify();
  }

  /** Applies a response of GET losses. */
  applyLosses(losses) {
    this.losses.add(losses);
    this.#notify();
  }

  /** Applies the trace of an inspected text, unless there is one that is as new. */
  applyInspection(trace) {
    if (this.trace === null || trace.step > this.trace.step) {
      this.trace = trace;
      this.#notify();
    }
  }

  /** Forgets what is known of the steps, because training has restarted. */
  clear() {
    this.#forget();
    this.#notify(true);
  }

  #addValidation(losses) {
    if (losses.length > 0) {
      const byStep = new Map([...this.validation, ...losses].map((each) => [each.step, each]));
      this.validation = [...byStep.values()].sort((a, b) => a.step - b.step);
    }
  }

  #forget() {
    this.losses.clear();
    this.validation = [];
    this.#forgetTrace();
    this.#newestStep = -1;
    this.#start = null;
    this.#epoch++;
  }

  #forgetTrace() {
    this.trace = null;
    this.diagnostics = null;
  }

  #setView(view) {
    this.view = view;
    this.#newestStep = view.step;
  }

  #notify(isRestart = false) {
    this.#listeners.forEach((listener) => listener(isRestart));
  }
}
