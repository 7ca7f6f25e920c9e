// Keeps the store of a session up to date: by the live stream and, for what the stream does not carry, by
// requests now and then.

import { ApiError, api, hasEnded } from './api.js';
import { loadLosses } from './load-losses.js';
import { stream } from './live-stream.js';

const POLL_INTERVAL = 1000; // ms
const IDLE_POLLS = 5; // without a run, only every fifth poll sends requests
const MAX_HZ = 20;
const FIRST_POINTS = 2000;

export class SessionFeed {
  #name;
  #store;
  #meter;
  #onPoll;
  #watch = null;
  #timer = null;
  #polls = 0;
  #wantsTraces = true;
  #isInspecting = false;
  #isStopped = false;

  /** @param onPoll called after each poll, whether it has changed anything or not */
  constructor(name, store, meter, onPoll) {
    this.#name = name;
    this.#store = store;
    this.#meter = meter;
    this.#onPoll = onPoll;
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

  /** Whether frames carry traces: they are the larger part of what the stream sends. */
  set wantsTraces(wanted) {
    if (wanted !== this.#wantsTraces) {
      this.#wantsTraces = wanted;
      this.#watch?.update({ viz: wanted ? 'last' : 'none' });
      if (wanted && this.#store.status === 'present') {
        this.#inspectIdleModel();
      }
    }
  }

  /** Requests what the stream does not carry: options, the run, the history. */
  async refresh() {
    const name = this.#name;
    const token = this.#store.requestToken();
    const session = await api.session(name);
    const [runs, history, keyframes] = await Promise.all([api.runs(name), api.history(name), api.keyframes(name)]);
    if (this.#store.applyResponses({ session, runs, history, keyframes }, token)) {
      this.#watch?.restart(1);
    }
    this.#inspectIdleModel();
  }

  async #refreshQuietly() {
    try {
      await this.refresh();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #load() {
    const store = this.#store;
    try {
      const [limits] = await Promise.all([api.limits(), this.refresh()]);
      store.applyLimits(limits);
      if (store.view.step > 0) {
        store.applyLosses(await loadLosses(this.#name, 0, FIRST_POINTS));
      }
    } catch (error) {
      this.#failed(error);
      if (store.status === 'loading' && !this.#isStopped) {
        store.setLoadError(error);
        this.#timer = setTimeout(() => this.#load(), POLL_INTERVAL); // perhaps the server is only restarting
      }
      return;
    }
    if (this.#isStopped) {
      return;
    }
    const options = {
      fromStep: store.losses.lastStep + 1, viz: this.#wantsTraces ? 'last' : 'none', losses: 'buckets', maxHz: MAX_HZ,
    };
    this.#watch = stream.watch(this.#name, options, {
      frame: (frame) => {
        this.#meter.frameArrived(frame.toStep - frame.fromStep + 1);
        if (store.applyFrame(frame)) {
          this.#refreshQuietly();
        }
      },
      deleted: () => this.#end('deleted'),
      failed: (problem) => this.#subscriptionFailed(problem),
    });
    store.setStatus('present');
    this.#inspectIdleModel();
    this.#schedulePoll();
  }

  /**
   * A session that does not train sends no frames; this gives the panels a trace of its model nevertheless, also of the
   * untrained one. The service sends no trace of the last step if none was wanted when it was trained.
   */
  async #inspectIdleModel() {
    const { trace, view } = this.#store;
    const isIdle = view.state === 'ready' || view.state === 'paused';
    const isOld = trace === null || (this.#wantsTraces && trace.step < view.step);
    if (!isIdle || !isOld || this.#isInspecting) {
      return;
    }
    this.#isInspecting = true;
    try {
      const text = trace?.doc ?? (await api.generate(this.#name, { seed: 1, temperature: 0.5 }))[0].text;
      const { text: doc, ...inspection } = await api.inspect(this.#name, { text });
      const now = this.#store.view;
      if (now.step === view.step && now.createdAt === view.createdAt
        && now.continuations === view.continuations) { // otherwise it is of an unknown step
        this.#store.applyInspection({ ...inspection, doc, step: view.step });
      }
    } catch {
      // the next training step brings a trace
    } finally {
      this.#isInspecting = false;
    }
  }

  #subscriptionFailed(problem) {
    if (problem.field === 'fromStep') { // there are fewer steps than before: training has restarted
      this.#store.clear();
      this.#watch.restart(1);
      this.#refreshQuietly();
    } else {
      this.#failed(new ApiError(problem));
    }
  }

  #failed(error) {
    if (error.status === 404 || error.code === 'invalid_name') {
      this.#end(this.#store.status === 'loading' ? 'absent' : 'deleted');
    }
  }

  #end(status) {
    clearTimeout(this.#timer);
    this.#watch?.close();
    this.#watch = null;
    this.#store.setStatus(status);
  }

  #connectionChanged = () => {
    if (stream.state === 'open' && this.#store.status === 'present') {
      this.#refreshQuietly();
    }
    this.#onPoll();
  };

  #schedulePoll() {
    clearTimeout(this.#timer);
    if (!this.#isStopped && this.#store.status === 'present' && !document.hidden) {
      this.#timer = setTimeout(this.#pollNow, POLL_INTERVAL);
    }
  }

  #pollNow = async () => {
    const { status, run } = this.#store;
    if (status === 'present' && !document.hidden && stream.state === 'open') {
      const isBusy = run !== null && !hasEnded(run);
      if (isBusy || this.#polls++ % IDLE_POLLS === 0) {
        await this.#refreshQuietly();
      }
      this.#onPoll();
    }
    this.#schedulePoll();
  };
}
