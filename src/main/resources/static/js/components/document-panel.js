// The base class of panels that inspect one document. It shows the document and its step, the hold button, and
// the strip of tokens with the chosen position; Escape clears the choice.

import { css, html, nothing } from 'lit';

import { inspectedDocumentOf } from '../data/inspected-document.js';
import { inWords, positionsOf, visible } from '../data/model/tokens.js';
import { vocabularyOf } from '../data/vocabulary.js';
import { texts } from '../data/texts.js';
import { Panel } from './panel.js';
import './token-strip.js';

const t = await texts('common');

const LONGEST = 24; // characters of a document shown beside the title
const STREAMED = new Set(['live', 'view', 'trace', 'at', 'revision']); // what the page sets with each frame

/** A subclass overrides `renderDocument()`, which may use `shown` and `positions`. */
export class DocumentPanel extends Panel {
  static needsTraces = true;
  /** Whether it needs the probabilities, which have to be loaded. */
  static needsProbs = false;
  /** Its keyboard shortcuts, for the help. */
  static keys = [['Tab ← →', t('document.keys.tokens')], ['Esc', t('document.keys.clear')]];

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
    canvas:focus-visible { outline-offset: 1px; }
  `];

  /** The trace that is shown; null if there is none, but never in `renderDocument`. */
  shown = null;
  /** Its positions, see positionsOf. */
  positions = [];

  constructor() {
    super();
    this.pointed = null; // the position under the pointer or the focus
    this.isFixed = false; // whether the page chooses the text, so that there is no hold button
  }

  #document = null;
  #shownState = null; // of the session, when it was rendered last
  #isAsked = true; // whether an update was requested that is not a change of a property
  #changed = () => this.requestUpdate();
  #escape = (event) => {
    if (event.key === 'Escape' && this.isVisible && this.#document?.position !== null) {
      this.#document?.choose(null);
    }
  };

  connectedCallback() {
    super.connectedCallback();
    addEventListener('keydown', this.#escape);
    this.#document?.addEventListener('change', this.#changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#escape);
    this.#document?.removeEventListener('change', this.#changed);
  }

  requestUpdate(name, ...rest) {
    if (name === undefined && #isAsked in this) { // the first request comes from the constructor of the base class
      this.#isAsked = true;
    }
    super.requestUpdate(name, ...rest);
  }

  /** Renders nothing if a frame of the stream has not changed the document: its panels are costly to draw. */
  shouldUpdate(changed) {
    if (!super.shouldUpdate(changed)) {
      return false;
    }
    const before = this.shown;
    this.#updateShown();
    const isStreamed = !this.#isAsked && [...changed.keys()].every((name) => STREAMED.has(name));
    const isSame = this.shown === before && this.view?.state === this.#shownState;
    if (isStreamed && isSame && this.shown !== null && this.isStill) {
      return false;
    }
    this.#isAsked = false;
    this.#shownState = this.view?.state;
    return true;
  }

  /** Whether all that it shows is of the document. */
  get isStill() {
    return true;
  }

  #updateShown() {
    if (this.live === undefined) {
      return;
    }
    if (this.#document === null) {
      this.#document = inspectedDocumentOf(this.live);
      this.#document.addEventListener('change', this.#changed);
    }
    const { trace, at, view } = this;
    this.shown = this.#document.shown({ trace, at, view, panel: this });
    if (this.shown?.vizData.length === 0) {
      this.shown = null;
    }
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    const { view } = this;
    if (this.shown === null) {
      this.positions = [];
    } else {
      this.vocabulary.update(this.live, view)?.then(this.#changed, () => {}); // without it, tokens are shown by their ids
      this.positions = positionsOf(this.shown, this.vocabulary.symbolOf);
      this.vocabulary.learn(this.positions);
    }
  }

  get #peers() {
    return this.#document?.visiblePanels.filter((panel) => panel !== this) ?? [];
  }

  /** Long enough for all document panels, since they are rendered together. */
  get drawDelay() {
    return Math.max(super.drawDelay, this.#peers.reduce((sum, { ownDrawDelay }) => sum + ownDrawDelay, this.ownDrawDelay));
  }

  /** Renders the other document panels at once, too, so that all of them always show the same step. */
  performUpdate() {
    const before = this.shown;
    super.performUpdate();
    if (this.shown !== before) {
      this.#peers.filter((panel) => panel.isUpdatePending).forEach((panel) => panel.performUpdate());
    }
  }

  /** The step of the shown text, which may be earlier than the newest one. */
  get step() {
    return this.shown?.step ?? super.step;
  }

  get subject() {
    const { doc, step } = this.shown;
    return t('document.subject', { name: this.live.name, step, text: [...doc].map(visible).join('') });
  }

  get source() {
    return { ...super.source, text: this.shown.doc };
  }

  get vocabulary() {
    return vocabularyOf(this.live);
  }

  /** What a token is, in words. */
  get unit() {
    return this.view.options.tokenizer === 'bpe' ? 'token' : 'character';
  }

  /** The chosen position, at most the last one of this document; null for none. */
  get chosen() {
    const position = this.#document?.position ?? null;
    return position === null ? null : Math.min(position, this.positions.length - 1);
  }

  /** The position to explain: the one under the pointer, or else the chosen one; null for none. */
  get looked() {
    const { pointed } = this;
    return pointed !== null && pointed < this.positions.length ? pointed : this.chosen;
  }

  /** Chooses a position, or clears the choice if it is chosen already. */
  choose(position) {
    this.#document.choose(position === this.#document.position ? null : position);
  }

  /** Chooses the clicked position; unlike a mouse, a finger points at nothing afterwards. */
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
    const { doc, step, isStepApproximate } = this.shown;
    const held = this.#document.held !== null;
    const cut = [...doc].length > LONGEST ? `${[...doc].slice(0, LONGEST - 1).join('')}…` : doc;
    return html`
      <span class="subject"><q title=${doc}>${cut}</q>
        <span class="number">${t('document.step', { isApproximate: Boolean(isStepApproximate), step })}</span>
        ${this.isFixed ? nothing : html`<button aria-pressed=${held} title=${t('document.holdTitle')}
          @click=${() => this.#document.hold(held ? null : doc)}>${t(held ? 'document.held' : 'document.hold')}</button>`}</span>`;
  }

  renderBody() {
    if (this.shown === null) {
      const { failure } = this.#document ?? {};
      const waits = this.view.state === 'training' ? t('document.waiting') : t('loading');
      const isNew = this.trace === null && this.view.step === 0;
      const words = isNew ? t('document.untrained') : failure?.message ?? this.instead(waits);
      return html`<p class="empty">${words}</p>`;
    }
    return this.renderDocument();
  }

  renderDocument() {
    return nothing;
  }

  /** The strip of the document's tokens; see mg-token-strip for `arcs`. */
  strip(label, arcs = null) {
    return html`
      <mg-token-strip .tokens=${this.positions.map(({ read }) => read)} .chosen=${this.chosen} .looked=${this.looked}
        .label=${label} .arcs=${arcs}
        @point=${(event) => { this.pointed = event.detail; }}
        @choose=${(event) => this.choose(event.detail)}></mg-token-strip>`;
  }

  /** What the model has read at a position, in words. */
  upTo(position) {
    return position === 0 ? t('document.atBeginning')
      : t('document.after', { read: this.positions.slice(1, position + 1).slice(-LONGEST).map(({ read }) => read).join('') });
  }

  nameOf(position) {
    return t('document.position', { position, read: inWords(this.positions[position].read) });
  }
}
