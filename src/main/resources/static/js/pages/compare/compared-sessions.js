// The store of the compared sessions. It polls the list of all sessions and, of those that have changed, the history
// and the new losses.

import { api } from '../../data/api.js';
import { CoalescedCall } from '../../data/coalesced-call.js';
import { loadLosses } from '../../data/load-losses.js';
import { LossStore } from '../../data/loss-store.js';
import { loadedAt } from '../../data/session-events.js';
import { texts } from '../../data/texts.js';
import { DEFAULT_SPAN, spanInQuery } from '../../components/averaging.js';
import { MOST_SESSIONS } from '../../components/session-marks.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const t = await texts('compare');

const POLL_INTERVAL = 2000; // ms
const POINTS = 2000; // of the losses, per request
const KEPT_BUCKETS = 2048;

/** One of the compared sessions, which may not exist. */
class Entry {
  status = 'loading'; // then present or absent
  view = null; // as GET /sessions returns it
  readAt = 0; // when it was returned, by the clock of the browser
  history = null;
  losses = new LossStore(KEPT_BUCKETS);
  trouble = null; // the error of the last call

  #version = null; // of the session whose history and losses these are
  #startedAt = null; // see startedAt, for the losses

  constructor(name, slot) {
    this.name = name;
    this.slot = slot;
  }

  /** When its parameters were initialised, as ISO time: distinguishes it from earlier sessions of the same name. */
  get startedAt() {
    const loaded = loadedAt(this.history?.events ?? []) ?? '';
    return loaded > this.view.createdAt ? loaded : this.view.createdAt;
  }

  /** Applies a new view, and loads history and losses if it has changed; undefined if the session does not exist. */
  async follow(view) {
    if (view === undefined) {
      this.status = 'absent';
      this.view = null;
      this.history = null;
      this.losses.clear();
      this.#version = null;
      return;
    }
    const version = JSON.stringify([view.createdAt, view.step, view.state, view.numDocs, view.options]);
    this.status = 'present';
    this.view = view;
    this.readAt = Date.now();
    if (version === this.#version) {
      return;
    }
    try {
      this.history = await api.history(this.name);
      if (this.startedAt !== this.#startedAt || this.losses.lastStep > view.step) {
        this.losses.clear();
        this.#startedAt = this.startedAt;
      }
      if (view.step > this.losses.lastStep) {
        this.losses.add(await loadLosses(this.name, this.losses.lastStep, POINTS));
      }
      this.#version = version;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }
}

/** Sends `change`. The URL has the chosen names, `?s=a,b`; an empty name keeps the marks of those after it. */
export class ComparedSessions extends EventTarget {
  /** The views of all sessions; null before the first response. */
  all = null;
  /** Whether the server did not respond to the last request. */
  isLost = false;
  revision = 0;
  /** The text that several panels evaluate. */
  text = queryValue('text') ?? '';
  /** The number of steps that losses are averaged over. */
  span = spanInQuery();

  #slots = Array(MOST_SESSIONS).fill(null);
  #timer = null;
  #isOn = false;
  #refreshCall = new CoalescedCall(() => this.#read());

  constructor() {
    super();
    const names = (queryValue('s') ?? '').split(',').slice(0, MOST_SESSIONS);
    names.forEach((name, slot) => {
      if (name !== '' && names.indexOf(name) === slot) {
        this.#slots[slot] = new Entry(name, slot);
      }
    });
  }

  /** The chosen sessions. */
  get entries() {
    return this.#slots.filter((entry) => entry !== null);
  }

  get present() {
    return this.entries.filter(({ status }) => status === 'present');
  }

  get isFull() {
    return this.entries.length === MOST_SESSIONS;
  }

  /** The base name of exported files. */
  get name() {
    return this.entries.map(({ name }) => name).join('-');
  }

  /** In words: the sessions and their steps. */
  describe() {
    return this.present.map(({ slot, name, view }) => t('described', { slot: slot + 1, name, step: view.step })).join(' · ');
  }

  /** Whose numbers saved ones are, as members of a JSON file. */
  sourceAt() {
    return { sessions: this.present.map(({ name, view: { step } }) => ({ session: name, step })) };
  }

  entry(name) {
    return this.entries.find((entry) => entry.name === name);
  }

  add(name) {
    const slot = this.#slots.indexOf(null);
    if (slot >= 0 && this.entry(name) === undefined) {
      this.#slots[slot] = new Entry(name, slot);
      this.#chosen();
    }
  }

  remove(name) {
    this.#slots[this.entry(name).slot] = null;
    for (const one of ['a', 'b']) {
      if (queryValue(one) === name) {
        setQuery({ [one]: null });
      }
    }
    this.#chosen();
  }

  #chosen() {
    const names = this.#slots.map((entry) => entry?.name ?? '').join(',').replace(/,+$/, '');
    setQuery({ s: names || null });
    this.#changed();
    this.#readNow();
  }

  // ---- settings that panels share

  /** The pair whose differences are shown, [a, b]; null if there are not two sessions. */
  get pair() {
    const chosen = (name) => this.entry(queryValue(name));
    const others = (entry) => this.present.filter((other) => other !== entry);
    const a = chosen('a') ?? others(chosen('b'))[0];
    const b = chosen('b') === a ? others(a)[0] : chosen('b') ?? others(a)[0];
    return a === undefined || b === undefined ? null : [a, b];
  }

  setPair(a, b) {
    setQuery({ a, b });
    this.#changed();
  }

  swapPair() {
    if (this.pair !== null) {
      const [a, b] = this.pair;
      this.setPair(b.name, a.name);
    }
  }

  setSpan(span) {
    this.span = span;
    setQuery({ ema: span === DEFAULT_SPAN ? null : span });
    this.#changed();
  }

  setText(text) {
    this.text = text;
    setQuery({ text: text || null });
    this.#changed();
  }

  // ---- polling

  start() {
    this.#isOn = true;
    document.addEventListener('visibilitychange', this.#readNow);
    this.#readNow();
  }

  stop() {
    this.#isOn = false;
    document.removeEventListener('visibilitychange', this.#readNow);
    clearTimeout(this.#timer);
    this.#refreshCall.discardPending();
  }

  #readNow = async () => {
    clearTimeout(this.#timer);
    if (document.hidden || !this.#isOn) {
      return; // polling resumes when the page becomes visible
    }
    await this.#refreshCall.request();
    clearTimeout(this.#timer);
    if (this.#isOn) {
      this.#timer = setTimeout(this.#readNow, POLL_INTERVAL);
    }
  };

  async #read() {
    try {
      this.all = await api.sessions();
      this.isLost = false;
    } catch {
      this.isLost = true;
    }
    if (!this.isLost) {
      await Promise.all(this.entries.map((entry) => entry.follow(this.all.find(({ name }) => name === entry.name))));
    }
    this.#changed();
  }

  #changed() {
    this.revision++;
    this.dispatchEvent(new Event('change'));
  }
}
