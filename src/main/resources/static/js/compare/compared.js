// The sessions that are compared. They are read again and again, one call of a kind at a time: the list of
// all sessions, and of those that have changed their history and the losses that are new.

import { api } from '../api.js';
import { Latest } from '../latest.js';
import { LossStore } from '../losses.js';
import { queryValue, setQuery } from '../ui/query.js';
import { MOST } from './signs.js';
import { USUAL_SPAN, spanOfUrl } from './span.js';

const EVERY = 2000; // ms
const POINTS = 2000; // of the losses, at first and of those that are new
const KEPT = 2048;

/** One of them, or what is known of one that is not there. */
class Entry {
  status = 'loading'; // then present or absent
  view = null; // as GET /sessions has it
  readAt = 0; // when that was, by the clock of the browser
  history = null;
  losses = new LossStore(KEPT);
  trouble = null; // the error of the last call

  #version = null; // of the session whose history and losses these are
  #begun = null; // when its parameters were made

  constructor(name, slot) {
    this.name = name;
    this.slot = slot;
  }

  /** When its parameters were made, as ISO time: a session of the same name may have been there before. */
  get begunAt() {
    const loaded = this.history?.events.findLast(({ kind }) => kind === 'loaded')?.at ?? '';
    return loaded > this.view.createdAt ? loaded : this.view.createdAt;
  }

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
      if (this.begunAt !== this.#begun || this.losses.lastStep > view.step) {
        this.losses.clear();
        this.#begun = this.begunAt;
      }
      if (view.step > this.losses.lastStep) {
        this.losses.add(await api.losses(this.name, { from: this.losses.lastStep + 1, maxPoints: POINTS }));
      }
      this.#version = version;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }
}

/** Sends `change`. The URL has the chosen names, `?s=a,b`; a name left empty keeps the signs of those after it. */
export class Compared extends EventTarget {
  /** The views of all sessions; null before the first answer. */
  all = null;
  /** Whether the server did not answer last time. */
  isLost = false;
  revision = 0;
  /** What is asked about a text, in several panels. */
  text = queryValue('text') ?? '';
  /** Over how many steps losses are averaged. */
  span = spanOfUrl();

  #slots = Array(MOST).fill(null);
  #timer = null;
  #isOn = false;
  #latest = new Latest(() => this.#read());

  constructor() {
    super();
    const names = (queryValue('s') ?? '').split(',').slice(0, MOST);
    names.forEach((name, slot) => {
      if (name !== '' && names.indexOf(name) === slot) {
        this.#slots[slot] = new Entry(name, slot);
      }
    });
  }

  /** The chosen ones. */
  get entries() {
    return this.#slots.filter((entry) => entry !== null);
  }

  get present() {
    return this.entries.filter(({ status }) => status === 'present');
  }

  get isFull() {
    return this.entries.length === MOST;
  }

  /** For the name of a file. */
  get name() {
    return this.entries.map(({ name }) => name).join('-');
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

  // ---- what several panels show

  /** The pair of which differences are shown, [a, b]; null where there are not two. */
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
    setQuery({ ema: span === USUAL_SPAN ? null : span });
    this.#changed();
  }

  setText(text) {
    this.text = text;
    setQuery({ text: text || null });
    this.#changed();
  }

  // ---- reading

  start() {
    this.#isOn = true;
    document.addEventListener('visibilitychange', this.#readNow);
    this.#readNow();
  }

  stop() {
    this.#isOn = false;
    document.removeEventListener('visibilitychange', this.#readNow);
    clearTimeout(this.#timer);
    this.#latest.drop();
  }

  #readNow = async () => {
    clearTimeout(this.#timer);
    if (document.hidden || !this.#isOn) {
      return; // begins again when it is looked at
    }
    await this.#latest.ask();
    clearTimeout(this.#timer);
    if (this.#isOn) {
      this.#timer = setTimeout(this.#readNow, EVERY);
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
