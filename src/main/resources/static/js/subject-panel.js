// What the panels have in common that look into one document: which one and as of which step, the hold
// button, the strip of its tokens with the chosen position, Escape.

import { css, html, nothing } from 'lit';

import { count } from './format.js';
import { alphabetOf } from './model/alphabet.js';
import { subjectOf } from './model/subject.js';
import { inWords, positionsOf, visible } from './model/text.js';
import { Panel } from './panel.js';
import './ui/token-strip.js';

const LONGEST = 24; // characters of a document beside the title

/** A panel overrides `renderSubject()`, which may use `shown` and `positions`. */
export class SubjectPanel extends Panel {
  static needsTraces = true;
  /** Whether it needs the probabilities, which have to be asked for. */
  static needsProbs = false;
  /** The keys that it takes, for the help. */
  static keys = [['Tab ← →', 'on the tokens of a text: go from one to the next'], ['Esc', 'let go of the chosen position']];

  static properties = { pointed: { state: true }, isFixed: { attribute: false } };

  static styles = [Panel.styles, css`
    .subject { display: inline-flex; align-items: center; gap: var(--space-2); max-width: 100%; font-size: var(--text-s); color: var(--muted); }
    .subject q { font-family: var(--mono); color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: pre; max-width: 22ch; }
    .subject .number { white-space: nowrap; }
    .subject button { min-height: 28px; padding: 0 var(--space-2); }
    .empty { display: grid; place-items: center; min-height: 220px; color: var(--muted); }
    .scale { display: inline-flex; align-items: center; gap: 6px; color: var(--muted); font-size: var(--text-xs); font-variant-numeric: tabular-nums; }
    .scale i { width: 90px; height: 10px; border-radius: 2px; box-shadow: inset 0 0 0 1px var(--line); }
    .scale .ramp { background: linear-gradient(to right, var(--ramp-0), var(--ramp-1), var(--ramp-2), var(--ramp-3), var(--ramp-4), var(--ramp-5)); }
    .scale .diverge { background: linear-gradient(to right, var(--diverge-low), var(--diverge-mid), var(--diverge-high)); }
    .caption { min-height: 1.5em; font-size: var(--text-s); color: var(--muted); font-variant-numeric: tabular-nums; }
    canvas { display: block; }
  `];

  /** The trace that is shown, null if there is none; set before `renderSubject`. */
  shown = null;
  /** Its positions, see positionsOf. */
  positions = [];

  constructor() {
    super();
    this.pointed = null; // the position under the pointer or the focus
    this.isFixed = false; // whether the page alone decides about the text
  }

  #subject = null;
  #changed = () => this.requestUpdate();
  #escape = (event) => {
    if (event.key === 'Escape' && this.isVisible && this.#subject?.position !== null) {
      this.#subject?.choose(null);
    }
  };

  connectedCallback() {
    super.connectedCallback();
    addEventListener('keydown', this.#escape);
    this.#subject?.addEventListener('change', this.#changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#escape);
    this.#subject?.removeEventListener('change', this.#changed);
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.live === undefined) {
      return;
    }
    if (this.#subject === null) {
      this.#subject = subjectOf(this.live);
      this.#subject.addEventListener('change', this.#changed);
    }
    const { trace, at, view } = this;
    const panel = this;
    this.shown = this.#subject.shown({ trace, at, view, needsProbs: this.constructor.needsProbs, panel });
    if (this.shown?.vizData.length === 0) {
      this.shown = null;
    }
    this.positions = this.shown === null ? [] : positionsOf(this.shown);
    if (this.shown !== null) {
      this.alphabet.learn(this.positions);
      this.alphabet.update(this.live, view)?.then(this.#changed, () => {}); // then ids stand for characters
    }
  }

  get alphabet() {
    return alphabetOf(this.live);
  }

  /** The position that was chosen, as far as this document has it; null for none. */
  get chosen() {
    const position = this.#subject?.position ?? null;
    return position === null ? null : Math.min(position, this.positions.length - 1);
  }

  /** The position to be explained: under the pointer, else the chosen one; null for none. */
  get looked() {
    const { pointed } = this;
    return pointed !== null && pointed < this.positions.length ? pointed : this.chosen;
  }

  /** Chooses a position, or lets go of it where it was chosen before. */
  choose(position) {
    this.#subject.choose(position === this.#subject.position ? null : position);
  }

  /** Chooses the position that was clicked; a finger, unlike a mouse, points at nothing afterwards. */
  choosePointed(event) {
    if (this.pointed !== null) {
      this.choose(this.pointed);
    }
    if (event.pointerType === 'touch') {
      this.pointed = null;
    }
  }

  renderControls() {
    if (this.live === undefined || this.shown === null) {
      return nothing;
    }
    const { doc, step, isAbout } = this.shown;
    const held = this.#subject.held !== null;
    const cut = [...doc].length > LONGEST ? `${[...doc].slice(0, LONGEST - 1).join('')}…` : doc;
    return html`
      <span class="subject"><q title=${doc}>${cut}</q>
        <span class="number">${isAbout ? 'about step' : 'step'} ${count(step)}</span>
        ${this.isFixed ? nothing : html`<button aria-pressed=${held} title="Goes on with this document while training takes others"
          @click=${() => this.#subject.hold(held ? null : doc)}>${held ? 'Held' : 'Hold'}</button>`}</span>`;
  }

  renderBody() {
    if (this.shown === null) {
      const { failure } = this.#subject ?? {};
      const isNew = this.trace === null && this.view.step === 0;
      const words = isNew ? 'No step has been trained yet.' : failure?.message ?? this.instead('Waiting for a step to look into …');
      return html`<p class="empty">${words}</p>`;
    }
    return this.renderSubject();
  }

  renderSubject() {
    return nothing;
  }

  /** The tokens of the document, to point at and to choose; see mg-token-strip for `arcs`. */
  strip(label, arcs = null) {
    return html`
      <mg-token-strip .tokens=${this.positions.map(({ read }) => read)} .chosen=${this.chosen} .looked=${this.looked}
        .label=${label} .arcs=${arcs}
        @point=${(event) => { this.pointed = event.detail; }}
        @choose=${(event) => this.choose(event.detail)}></mg-token-strip>`;
  }

  /** What was read up to a position, in words. */
  upTo(t) {
    return t === 0 ? 'at the beginning' : `after “${[...this.shown.doc].slice(0, t).slice(-LONGEST).map(visible).join('')}”`;
  }

  nameOf(t) {
    return `position ${t} ${inWords(this.positions[t].read)}`;
  }
}
